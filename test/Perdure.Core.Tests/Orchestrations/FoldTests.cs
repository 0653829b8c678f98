using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Tests.History;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>
/// Random lives of an instance. <see cref="Instance"/> compares the loaded with the live state after every turn, the
/// rows with the rules of a store, and each row with its re-encoding; here stands what must hold over a whole life.
/// </summary>
public class FoldTests
{
    [Fact]
    public void Every_prefix_of_two_thousand_random_lives_loads_as_it_was_lived()
    {
        HashSet<string> met = [];
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            try
            {
                new Life(seed, met).Live();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }
        IEnumerable<string> all = typeof(HistoryEvent).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(HistoryEvent)))
            .Select(t => t.Name);
        met.ShouldBe(all, ignoreOrder: true, "the generator no longer reaches every kind of event");
    }

    private sealed class Life
    {
        private static readonly string[] Entities = ["@account@a", "@account@b", "@counter@"];

        private readonly Dice _dice;
        private readonly HashSet<string> _met;
        private readonly Instance _instance;
        private readonly List<(int Turn, OrchestratorAction[] Asked, Completion? Completion, string Fed)> _runs = [];
        private readonly HashSet<object> _waiting = [];
        private readonly Dictionary<long, int> _answers = [];
        private readonly HashSet<(TaskKey Request, string Entity)> _asked = [];
        private readonly Dictionary<long, int> _ends = [];
        private ExecutionKey _execution;
        private long _now = 1000;
        private int _tickets, _tasks;
        private long _rows;

        public Life(ulong seed, HashSet<string> met)
        {
            _dice = new Dice(seed);
            _met = met;
            Limits limits = new()
            {
                HistoryRowBytesMax = _dice.OneIn(3) ? 150 : 256 * 1024,
                RowsDeletedInCommitMax = _dice.OneIn(2) ? 2 : 200,
                HistoryEventsMax = _dice.OneIn(10) ? 30 : 100_000,
            };
            _instance = Given.Orchestration(limits: limits);
            _instance.Committed = Committed;
        }

        public void Live()
        {
            for (int step = 0; step < 25; step++)
            {
                _now += _dice.Below(3) * 700 - 300;
                if (_dice.OneIn(12))
                    _instance.WithoutCode();
                else
                    _instance.WithCode();
                if (_dice.OneIn(5))
                    _instance.Reloaded();
                _instance.At(Math.Max(0, _now))
                    .Receives([.. Enumerable.Range(0, _dice.Below(5)).Select(_ => Message())]);
                if (_instance.IsRunning)
                    Run();
                Forget();
                CheckReplay();
            }
            _waiting.ShouldBeEmpty("everybody gets an answer");
        }

        private void Run()
        {
            if (_dice.OneIn(4))
                _instance.RecordsAhead();
            switch (_dice.Below(14))
            {
                case 0: _instance.Concludes(CodeResult.NotRun.Instance); break;
                case 1: _instance.Concludes(Code.Parks); break;
                case 2 when _dice.OneIn(3): _instance.Concludes(Code.Stops); break;
                case 3 when _dice.OneIn(3): _instance.Concludes(new CodeResult.Overtaken(new("stop"))); break;
                default: RunCode(); break;
            }
        }

        private void RunCode()
        {
            if (_instance.Execution != _execution)
            {
                (_execution, _tasks) = (_instance.Execution, 0);
                _runs.Clear();
            }
            OrchestratorAction[] actions = Actions();
            Completion? completion = _dice.Below(16) switch
            {
                0 => Code.Returns(Value()),
                1 => Code.Throws(),
                2 or 3 => Code.ContinuesAsNew(
                    Value(), [.. Enumerable.Range(0, _dice.Below(3)).Select(e => $"carried-{e}")]),
                _ => null,
            };
            string fed = string.Join('\n', _instance.Turn.Feed.Select(Show.Json));
            _instance.Concludes(new CodeResult.Ran(actions, completion));
            if (_instance.Turn.Events[0] is HistoryEvent.OrchestratorStarted)
                _runs.Add((_instance.Turn.Number, actions, completion, fed));
        }

        private OrchestratorAction[] Actions()
        {
            List<OrchestratorAction> actions = [];
            List<int> timers = [.. _instance.State.Open.All.OfType<HistoryEvent.TimerCreated>().Select(t => t.Task)];
            int? section = _instance.State.Section?.Task;
            for (int left = _dice.OneIn(20) ? 12 : _dice.Below(4); left > 0; left--)
            {
                switch (_dice.Below(12))
                {
                    case 0 or 1:
                        actions.Add(
                            Code.Activity(
                                _tasks++, input: Value(), attempt: 1 + _dice.Below(3),
                                first: _dice.Below(_tasks))); break;
                    case 6: actions.Add(Code.Call(_tasks++, _dice.Of(Entities), input: Value())); break;
                    case 7:
                        long? due = _dice.OneIn(2) ? _now + _dice.Below(3000) - 500 : null;
                        actions.Add(Code.Signal(_tasks++, _dice.Of(Entities), due: due));
                        break;
                    case 8 or 9 when section is null:
                        section = _tasks;
                        actions.Add(Code.Lock(_tasks++, Entities[_dice.Below(3)..]));
                        break;
                    case 10 when section is { } entered:
                        actions.Add(Code.Unlock(entered));
                        section = null;
                        break;
                    case 2:
                        timers.Add(_tasks);
                        actions.Add(Code.Timer(_tasks++, _now + _dice.Below(3000) - 500));
                        break;
                    case 3 when timers.Count > 0:
                        actions.Add(Code.CancelTimer(timers[^1]));
                        timers.RemoveAt(timers.Count - 1);
                        break;
                    case 4: actions.Add(Code.Status(_dice.OneIn(4) ? null : Value())); break;
                    case 5: actions.Add(Code.Child(_tasks++, detached: _dice.OneIn(3))); break;
                    default: break;
                }
            }
            return [.. actions];
        }

        private Arrival Message()
        {
            OrchestrationState state = _instance.State;
            HistoryEvent[] open = [.. state.Open.All];
            Arrival arrival = state is { Exists: true, Ended: true } && _dice.OneIn(2)
                ? _dice.OneIn(3) ? Arrival.RewindChild(Code.Parent, "why") : Arrival.Rewind("why")
                : _dice.Below(state.Exists && !state.Ended ? 24 : 3) switch
            {
                0 => Arrival.Start(
                    Value(), _dice.OneIn(2) ? Code.Parent : null, _dice.OneIn(3) ? _now + _dice.Below(1000) : null),
                1 => _dice.OneIn(3) ? Arrival.Purge() : Arrival.StartOnce(),
                2 when _dice.OneIn(2) => Arrival.Terminate(_dice.OneIn(2) ? "why" : null),
                3 or 4 => Arrival.Suspend(Value()),
                5 or 6 or 7 or 8 => Arrival.Resume(),
                9 or 10 or 11 => Arrival.Raise("Go", Value()),
                12 or 13 when state.StartPendingUntil is not null => Arrival.StartDue(),
                14 => Arrival.Done(_dice.Below(10), Value())
                    .Of(new(_instance.Execution.Key, _instance.Execution.Generation - _dice.Below(2))),
                15 when _dice.OneIn(2) => Arrival.Granted(_dice.Below(10), _dice.Of(Entities)),
                15 => Arrival.OperationDone(_dice.Below(10), Value())
                    .Of(new(_instance.Execution.Key, _instance.Execution.Generation - _dice.Below(2))),
                _ when open.Length > 0 => ResultOf(_dice.Of(open)),
                _ => Arrival.Raise("Go"),
            };
            if (_dice.OneIn(3))
                arrival = arrival.AsRow(++_rows);
            Arrival plain = arrival;
            return _dice.OneIn(3) ? new(i => Asked(plain.Make(i))) : arrival;
        }

        private Message Asked(Message message)
        {
            if (message is Perdure.Core.Messages.Message.TaskDone or Perdure.Core.Messages.Message.ChildDone
                or Perdure.Core.Messages.Message.TimerDue or Perdure.Core.Messages.Message.StartDue
                or Perdure.Core.Messages.Message.OperationDone or Perdure.Core.Messages.Message.LockGranted
                or Perdure.Core.Messages.Message.Rewind { Child: not null })
                return message;
            object ticket = ++_tickets;
            _waiting.Add(ticket);
            return message with { Ticket = ticket };
        }

        private Arrival ResultOf(HistoryEvent opened) => opened switch
        {
            _ when _instance.State.KnownResultOf(opened) is { } known => new(_ => known),
            HistoryEvent.TaskScheduled x => _dice.OneIn(4) ? Arrival.Failed(x.Task) : Arrival.Done(x.Task, Value()),
            HistoryEvent.TimerCreated x => Arrival.Due(x.Task, x.FireAt),
            HistoryEvent.SubOrchestrationInstanceCreated x => _dice.OneIn(4)
                ? Arrival.ChildFailed(x.Task)
                : Arrival.ChildDone(x.Task, Value()),
            HistoryEvent.EntityOperationCalled x => _dice.OneIn(4)
                ? Arrival.OperationFailed(x.Task)
                : Arrival.OperationDone(x.Task, Value()),
            // All are granted, and nothing is open: so one that is asked for awaits the next.
            HistoryEvent.EntityLockRequested x => Arrival.Granted(x.Task, _instance.State.Section!.Awaited!),
            _ => throw new InvalidOperationException($"{opened} opens nothing."),
        };

        private string? Value() =>
            _dice.Below(3) switch { 0 => null, 1 => $"{_dice.Below(100)}", _ => _dice.Of(Samples.Hostile[..^1]) };

        private void Committed(OrchestrationTurn turn)
        {
            _met.UnionWith(turn.Events.Skip(turn.FirstEvent).Select(e => e!.GetType().Name));
            foreach (Effect.Answer told in turn.Effects.OfType<Effect.Answer>())
                _waiting.Remove(told.Ticket).ShouldBeTrue($"{told.Ticket} is answered twice");
            // Those who were not reached ask again.
            foreach (object ticket in turn.Ended && turn.Untaken > 0 ? _waiting.ToArray() : [])
                _waiting.Remove(ticket);
            // A child that has completed may be asked for its answer once more, by the same turn that creates the next.
            bool isAsked = turn.Taken.Exists(m => m is Perdure.Core.Messages.Message.Rewind { Child: not null });
            foreach (Effect.Deliver deliver in turn.Effects.OfType<Effect.Deliver>())
            {
                turn.Rows.InsertMessages![deliver.RowOrdinal].Target.ShouldBe(deliver.Target);
                if (!isAsked && deliver is { Target: "parent-1", Message: Message.ChildDone answer }
                    && !IsRefusal(answer))
                    _answers[turn.Execution.Key] = _answers.GetValueOrDefault(turn.Execution.Key) + 1;
            }
            if (!isAsked && turn.Completed is not null && turn.State.Parent is not null)
                _ends[turn.Execution.Key] = _ends.GetValueOrDefault(turn.Execution.Key) + 1;
            if (turn.HasEvents)
                _answers.GetValueOrDefault(turn.Execution.Key)
                    .ShouldBe(_ends.GetValueOrDefault(turn.Execution.Key),
                        "the parent is answered when the child ends, once");
            CheckLocks(turn);
            if (turn.Events.OfType<HistoryEvent.ExecutionRewound>().FirstOrDefault() is { } rewound)
                Rewound(rewound);
            if (turn.Completed is not null || turn.Execution.Generation > 0 && turn.Number == 0)
                turn.Effects.ShouldNotContain(
                    e => e is Effect.RunActivity || e is Effect.ArmTimer, "nothing starts for nobody");
        }

        /// <summary>
        /// Guarantee 7: what was asked for a lock is released in the turn that leaves the section or ends the
        /// execution, once; and until then the execution knows that it has asked.
        /// </summary>
        private void CheckLocks(OrchestrationTurn turn)
        {
            foreach (Effect.Deliver deliver in turn.Effects.OfType<Effect.Deliver>())
            {
                if (deliver.Message is Message.LockRequest request)
                    _asked.Add((request.Holder.Task, deliver.Target)).ShouldBeTrue("an entity is asked twice");
                else if (deliver.Message is Message.Release release)
                    _asked.Remove((release.Request, deliver.Target)).ShouldBeTrue("a release of what is not asked for");
            }
            OrchestrationState state = turn.State;
            TaskKey key = new(state.Execution.Key, state.Execution.Generation, state.Section?.Task ?? 0);
            _asked.ShouldBe(state.Section?.Asked.Select(e => (key, e)) ?? [], ignoreOrder: true);
        }

        /// <summary>From here on the code runs as if it had not run since.</summary>
        private void Rewound(HistoryEvent.ExecutionRewound rewound)
        {
            _runs.RemoveAll(r => r.Turn >= rewound.Turn);
            rewound.Next.ShouldBeGreaterThanOrEqualTo(rewound.From);
            rewound.Tasks.ShouldAllBe(t => t < rewound.From);
            rewound.Next.ShouldBeLessThanOrEqualTo(_tasks, "a number that nobody has asked for");
            _tasks = rewound.Next;
        }

        private static bool IsRefusal(Message.ChildDone answer) => answer.Failure?.ErrorType
            is Failures.OrchestratorNotFound or "Perdure.OrchestrationAlreadyExistsException";

        /// <summary>The runs before the present execution are not in its history.</summary>
        private void Forget()
        {
            if (_instance.Row is { } row && (row.Key, row.Generation) == (_execution.Key, _execution.Generation))
                return;
            _runs.Clear();
        }

        /// <summary>Guarantee 10: the history tells what the code was fed and what it asked for, run by run.</summary>
        private void CheckReplay()
        {
            List<RecordedRun> recorded = RecordedRun.Of(HistoryReader.ReadTurns(_instance.History));
            recorded.RemoveAll(r => r.NextTask is not null);
            recorded.Count.ShouldBe(_runs.Count);
            for (int i = 0; i < recorded.Count; i++)
            {
                string.Join('\n', recorded[i].Fed.Select(Show.Json)).ShouldBe(_runs[i].Fed);
                ReplayCheck.Compare(recorded[i], _runs[i].Asked, _runs[i].Completion).ShouldBeNull();
            }
            int[] resolved = [.. recorded.SelectMany(r => r.Fed).Select(TaskOf).Where(t => t >= 0)];
            resolved.ShouldBeUnique();
        }

        private static int TaskOf(HistoryEvent e) => e switch
        {
            HistoryEvent.TaskCompleted x => x.Task,
            HistoryEvent.TaskFailed x => x.Task,
            HistoryEvent.TimerFired x => x.Task,
            HistoryEvent.SubOrchestrationInstanceCompleted x => x.Task,
            HistoryEvent.SubOrchestrationInstanceFailed x => x.Task,
            HistoryEvent.EntityOperationCompleted x => x.Task,
            HistoryEvent.EntityOperationFailed x => x.Task,
            HistoryEvent.EntityLockGranted x => x.Task,
            _ => -1,
        };
    }
}
