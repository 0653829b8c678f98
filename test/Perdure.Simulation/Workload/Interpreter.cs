using Perdure.Simulation.Faults;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>
/// Runs the program that the input's seed describes. It draws only from that seed and from what its context returns, so
/// it is deterministic, whatever the simulation around it does.
/// </summary>
internal sealed partial class Interpreter
{
    public static readonly string[] EventNames = ["go", "Stop", "next"];

    private readonly IDurableOrchestrationContext _context;
    private readonly Errand _errand;
    private readonly Dice _dice;
    private readonly List<string> _log = [];
    private readonly List<string> _seen;
    private int _calls;

    private Interpreter(IDurableOrchestrationContext context, Errand errand)
    {
        _context = context;
        _errand = errand;
        _dice = new Dice(errand.Seed + ((ulong)errand.Round * 7919));
        _seen = [.. errand.Seen];
    }

    public static Task<List<string>> RunAsync(IDurableOrchestrationContext context) =>
        new Interpreter(context, context.GetInput<Errand>()).RunAsync();

    private async Task<List<string>> RunAsync()
    {
        int steps = _dice.Between(1, _errand.Depth == 0 ? 3 : 6);
        for (int i = 0; i < steps && !_leaves; i++)
            await StepAsync();
        if (_errand.Round < _errand.Rounds)
        {
            _context.ContinueAsNew(_errand with { Round = _errand.Round + 1, Seen = _seen }, _errand.Preserve);
            return _log;
        }
        return _dice.Chance(0.08) ? throw new InvalidOperationException("The errand fails.") : _log;
    }

    private async Task StepAsync()
    {
        switch (_dice.Below(26))
        {
            case 0 or 1 or 2:
                _log.Add(await Caught(CallAsync()));
                break;
            case 3:
                _log.Add(await Caught(RetryAsync()));
                break;
            case 4 or 5:
                await _context.CreateTimer(
                    _context.CurrentUtcDateTime.AddMilliseconds(_dice.Below(_dice.Pick(50, 3_000, 20_000))));
                break;
            case 6:
                await RaceAsync();
                break;
            case 7 or 8:
                _log.AddRange(
                    await Task.WhenAll(
                        Enumerable.Range(0, _dice.Between(2, 5)).Select(_ => Caught(AnyCallAsync())).ToArray()));
                break;
            case 9:
                _log.Add(await await Task.WhenAny(Caught(AnyCallAsync()), Caught(AnyCallAsync()), Caught(CallAsync())));
                break;
            case 10 or 11:
                _log.Add(await Caught(ChildAsync()));
                break;
            case 12:
                Detach();
                break;
            case 13 or 14:
                await EventWithinAsync();
                break;
            case 15:
                await EventAsync();
                break;
            case 16:
                _context.SetCustomStatus($"status {_dice.Below(1000)}");
                break;
            case 17:
                await GuidAsync();
                break;
            case 18:
                await UncommonAsync();
                break;
            case 19:
                _log.Add(await Caught(CallAsync("Quick")));
                break;
            default:
                await EntityStepAsync();
                break;
        }
    }

    private async Task<string> Caught(Task<string> call)
    {
        try
        {
            return await call;
        }
        catch (FunctionFailedException e) when (!_errand.Strict)
        {
            return $"failed: {e.Failure?.ErrorType}";
        }
    }

    private Task<string> AnyCallAsync() => _dice.Below(5) switch
    {
        0 => ChildAsync(),
        1 => RetryAsync(),
        _ => CallAsync(),
    };

    private Task<string> CallAsync(string? name = null)
    {
        name ??= _dice.Pick("Work", "work", "Quick", "Work", "Limited", "Timed", "ObjectWork");
        return _context.CallActivityAsync<string>(name, Order(_dice.Chance(0.1) ? 9 : 0));
    }

    private Task<string> RetryAsync()
    {
        RetryOptions options = new(TimeSpan.FromMilliseconds(_dice.Between(1, 2_000)), _dice.Between(1, 4))
        {
            BackoffCoefficient = _dice.Pick(1.0, 2.0),
        };
        if (_dice.Chance(0.3))
            options.RetryTimeout = TimeSpan.FromSeconds(2);
        if (_dice.Chance(0.2) && _errand.Depth > 0)
            return _context.CallSubOrchestratorWithRetryAsync<List<string>>("Errand", options, ChildErrand())
                .ContinueInTurn();
        return _context.CallActivityWithRetryAsync<string>(_dice.Pick("Work", "Quick"), options, Order(_dice.Below(4)));
    }

    private WorkOrder Order(int failUntil)
    {
        bool slow = _dice.Chance(0.3);
        return new WorkOrder
        {
            Tag = $"{_errand.Nonce}-{_errand.Round}-{_calls++}",
            FailUntil = failUntil,
            Mends = _errand.Strict,
            Milliseconds = slow ? _dice.Between(1, _dice.Pick(20, 100, 3_000)) : 0,
            Obeys = _dice.Chance(0.5),
            Text = _dice.Chance(0.01) ? Curse.Word : "",
        };
    }

    private Errand ChildErrand() => new()
    {
        Seed = _dice.Next() >> 12,
        // With the id, because a retry of this program starts the same children once more.
        Nonce = $"{_errand.Nonce}-{_errand.Round}-{_calls++}~{Mark(_context.InstanceId):x8}",
        Depth = _errand.Depth - 1,
        Rounds = _dice.Chance(0.2) ? 1 : 0,
        Strict = _errand.Strict,
        Preserve = _dice.Chance(0.7),
    };

    private static uint Mark(string id) => id.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u);

    private Task<string> ChildAsync()
    {
        if (_errand.Depth <= 0)
            return CallAsync();
        string name = _dice.Chance(0.03) ? "Missing" : _dice.Pick("Errand", "errand", "ObjectErrand");
        // A given id may be taken already: then the child is refused, and the parent is told.
        string? id = _dice.Chance(0.3) ? $"child-{_dice.Below(6)}" : null;
        if (id == _context.InstanceId || id == _context.ParentInstanceId)
            id = null;
        return _context.CallSubOrchestratorAsync<List<string>>(name, id, ChildErrand()).ContinueInTurn();
    }

    private void Detach()
    {
        if (_errand.Depth > 0)
            _context.StartNewOrchestration("Errand", ChildErrand(), null);
    }

    /// <summary>A timer against work: the loser is cancelled, or left to itself.</summary>
    private async Task RaceAsync()
    {
        using CancellationTokenSource cancel = new();
        Task timer =
            _context.CreateTimer(_context.CurrentUtcDateTime.AddMilliseconds(_dice.Between(1, 1_500)), cancel.Token);
        Task<string> work = Caught(AnyCallAsync());
        bool leave = _dice.Chance(0.3);
        if (await Task.WhenAny(timer, work) == work)
        {
#pragma warning disable CA1849 // CancelAsync would leave the turn.
            cancel.Cancel();
#pragma warning restore CA1849
            _log.Add(await work);
        }
        else if (!leave)
        {
            _log.Add(await work);
        }
    }

    private async Task EventWithinAsync()
    {
        string name = _dice.Pick(EventNames);
        TimeSpan within = TimeSpan.FromMilliseconds(_dice.Between(1, _dice.Pick(100, 10_000)));
        if (_dice.Chance(0.5))
        {
            string got = await _context.WaitForExternalEvent(name, within, "late");
            if (got == "late")
                Simulation.Here.Counters.Add(Rare.EventTimedOut);
            else
                _seen.Add(got);
            return;
        }
        try
        {
            _seen.Add(await _context.WaitForExternalEvent<string>(name, within));
        }
        catch (TimeoutException)
        {
            _log.Add("timed out");
        }
    }

    private async Task EventAsync()
    {
        string name = _dice.Pick(EventNames);
        Simulation.Here.Waiting.Add(_context.InstanceId);
        _seen.Add(await _context.WaitForExternalEvent<string>(name));
    }

    private async Task GuidAsync()
    {
        string guid = _context.NewGuid().ToString();
        string echo = await _context.CallActivityAsync<string>("Echo", new WorkOrder { Tag = guid });
        if (echo != guid)
            Simulation.Here.Violate($"NewGuid of '{_context.InstanceId}' gave {echo} first and {guid} when replayed.");
    }

    private async Task UncommonAsync()
    {
        switch (_dice.Below(6))
        {
            case 0:
                _context.SetCustomStatus(Curse.Word);
                break;
            case 1:
                _log.Add(await Caught(_context.CallActivityAsync<string>("Nowhere", "x")));
                break;
            case 2:
                // The child's id is its parent's own sibling: two wait for each other's ids, never for each other.
                _log.Add(await Caught(CallAsync("Limited")));
                break;
            case 3:
                Task first = _context.CreateTimer(_context.CurrentUtcDateTime.AddMilliseconds(5));
                Task second = _context.CreateTimer(_context.CurrentUtcDateTime.AddMilliseconds(5));
                await Task.WhenAll(first, second);
                break;
            case 4:
                await _context.CreateTimer(_context.CurrentUtcDateTime.AddSeconds(-5));
                break;
            default:
                if (_dice.Chance(0.3))
                    await Task.Yield();
                else if (_dice.Chance(0.1))
                    await Task.Delay(TimeSpan.FromMilliseconds(1), Simulation.Here.World.Current!.Time);
                break;
        }
    }
}

internal static class TurnTasks
{
    /// <summary>
    /// The answer of a child as one text; the continuation stays in the turn because it is awaited there.
    /// </summary>
    public static async Task<string> ContinueInTurn(this Task<List<string>> child) =>
        string.Join(',', await child ?? []);
}
