using Perdure.Simulation.Runs;

namespace Perdure.Simulation.Workload;

/// <summary>Steps with entities: calls, signals, critical sections and all the ways out of them.</summary>
internal sealed partial class Interpreter
{
    /// <summary>The code returns although it is in a critical section, or its lock is asked for.</summary>
    private bool _leaves;

    private async Task EntityStepAsync()
    {
        switch (_dice.Below(7))
        {
            case 0 or 1:
                _log.Add(await Caught(CallEntityAsync(AnyEntity())));
                break;
            case 2 or 3:
                for (int i = _dice.Between(1, 3); i > 0; i--)
                    Signal(AnyEntity());
                break;
            case 4:
                _log.AddRange(
                    await Task.WhenAll(
                        Enumerable.Range(0, _dice.Between(2, 4))
                            .Select(_ => Caught(CallEntityAsync(Chores.Entity(_dice)))).ToArray()));
                break;
            default:
                await SectionAsync();
                break;
        }
    }

    /// <summary>With the time in its token: after a rewind the same code does the same again, later.</summary>
    private Chore NextChore()
    {
        long now = _context.CurrentUtcDateTime.Ticks / TimeSpan.TicksPerMillisecond % 100_000_000;
        string token = $"{_errand.Nonce}-{_errand.Round}-{_calls++}-{_context.InstanceId}-{now}";
        return Chores.Draw(_dice, token, _errand.Depth > 0 ? 2 : 1);
    }

    private async Task<string> CallEntityAsync(EntityId entity)
    {
        Chore chore = NextChore();
        int count = await _context.CallEntityAsync<int>(entity, Chores.Operation(_dice), chore);
        return $"{count}";
    }

    private void Signal(EntityId entity)
    {
        Chore chore = NextChore();
        string operation = Chores.Operation(_dice);
        if (_dice.Chance(0.3))
            _context.SignalEntity(
                entity, _context.CurrentUtcDateTime.AddMilliseconds(_dice.Below(_dice.Pick(5, 3_000, 20_000))),
                operation, chore);
        else
            _context.SignalEntity(entity, operation, chore);
    }

    /// <summary>Now and then one that there is no code of.</summary>
    private EntityId AnyEntity() => _dice.Chance(0.02) ? new EntityId("nowhere", "x") : Chores.Entity(_dice);

    private EntityId[] SomeEntities()
    {
        HashSet<EntityId> chosen = [];
        for (int i = _dice.Between(1, 3); i > 0; i--)
            chosen.Add(Chores.Entity(_dice));
        return [.. chosen];
    }

    private async Task SectionAsync()
    {
        EntityId[] entities = SomeEntities();
        Task<IDisposable> locking = _context.LockAsync(entities);
        if (_dice.Chance(0.05))
        {
            // It may end, or continue as new, before it has any lock.
            _leaves = true;
            return;
        }
        IDisposable section = await locking;
        for (int i = _dice.Below(4); i > 0; i--)
            await InsideAsync(entities);
        switch (_dice.Below(12))
        {
            case 0:
                _leaves = true;
                break;
            case 1:
                throw new InvalidOperationException("The errand fails in its critical section.");
            case 2:
                section.Dispose();
                section.Dispose();
                break;
            default:
                section.Dispose();
                break;
        }
    }

    private async Task InsideAsync(EntityId[] entities)
    {
        switch (_dice.Below(8))
        {
            case 0 or 1 or 2:
                _log.Add(await Caught(CallEntityAsync(_dice.Pick<EntityId>(entities))));
                break;
            case 3:
                _log.AddRange(await Task.WhenAll(entities.Select(e => Caught(CallEntityAsync(e))).ToArray()));
                break;
            case 4:
                _log.Add(await Caught(CallAsync("Quick")));
                break;
            case 5:
                await _context.CreateTimer(
                    _context.CurrentUtcDateTime.AddMilliseconds(_dice.Below(_dice.Pick(50, 3_000))));
                break;
            case 6:
                if (Chores.Entity(_dice) is var other && !entities.Contains(other))
                    Signal(other);
                break;
            default:
                if (_dice.Chance(0.3))
                    await EventAsync();
                else
                    await EventWithinAsync();
                break;
        }
    }
}
