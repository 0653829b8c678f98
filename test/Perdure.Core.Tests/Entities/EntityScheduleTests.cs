using System.Globalization;
using Perdure.Core.Entities;
using Perdure.Core.Messages;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Entities;

/// <summary>
/// Random schedules of several senders and one entity, with turns that are refused or run in part, bodies left in the
/// store, and crashes. Guarantees 6 and 7, and that nothing is lost, doubled or reordered.
/// </summary>
public class EntityScheduleTests
{
    [Fact]
    public void Three_thousand_schedules_keep_locks_order_and_state()
    {
        Dictionary<string, int> met = [];
        for (ulong seed = 1; seed <= 3000; seed++)
        {
            try
            {
                new Schedule(seed, met).Run();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }
        string[] all =
        [
            "grant", "grant that nobody wants", "request taken back", "call in a section", "call that overtakes",
            "body read", "run in part", "run in vain", "turn in vain", "crash in a run", "failed run", "timer",
            "due while locked",
        ];
        met.Keys.ShouldBe(all, ignoreOrder: true, "the generator no longer reaches everything");
        met.Values.Min().ShouldBeGreaterThan(100, string.Join(", ", met));
    }

    /// <summary>
    /// An orchestration that keeps the rules of critical sections, and whose messages keep their order.
    /// </summary>
    private sealed class Sender(string name)
    {
        public string Name => name;

        /// <summary>Durable, and not yet delivered.</summary>
        public Queue<Message> Flight { get; } = [];

        public int Tasks { get; set; }
        public long Rows { get; set; }

        /// <summary>The lock that it wants or has.</summary>
        public int? Request { get; set; }

        public bool IsInSection { get; set; }

        /// <summary>The latest of its operations that was run, by the order in which they were sent.</summary>
        public int LastRun { get; set; }
    }

    private sealed class Schedule
    {
        private readonly Dictionary<string, int> _met;
        private readonly Dice _dice;
        private readonly EntityInstance _counter;
        private readonly Sender[] _senders = [new("o"), new("p"), new("q"), new("r")];
        private readonly Sender _clients = new("z");

        /// <summary>What was sent and has not been run, and by whom; null for what is scheduled.</summary>
        private readonly Dictionary<int, Sender?> _sent = [];

        private readonly Dictionary<int, long> _due = [];
        private readonly HashSet<(string Sender, int Task)> _calls = [];
        private readonly Dictionary<object, int> _asked = [];
        private int _operations;
        private int? _value;
        private long _now = 1000;

        public Schedule(ulong seed, Dictionary<string, int> met)
        {
            _met = met;
            _dice = new Dice(seed);
            _counter = new EntityInstance(new Limits
            {
                OperationsPerTurnMax = _dice.OneIn(2) ? 1 + _dice.Below(3) : 1000,
                MessagesPerTurnMax = _dice.OneIn(3) ? 1 + _dice.Below(4) : 10_000,
                OperationBytesPerTurnMax = _dice.OneIn(3) ? 3 : 4096,
                BodiesInMemoryMax = _dice.OneIn(2) ? _dice.Below(4) : 2000,
            })
            {
                Committed = Committed,
            };
        }

        public void Run()
        {
            for (int step = 0; step < 120; step++)
                Step();
            Finish();
        }

        private void Step()
        {
            Sender sender = _dice.Of(_senders);
            switch (_dice.Below(20))
            {
                case 0 or 1 or 2 or 3 or 4: Send(sender); break;
                case 5: Lock(sender); break;
                case 6 or 7: Release(sender); break;
                case 8: Ask(); break;
                case 9: Store(); break;
                case 10: Crash(); break;
                case 11:
                    _now += _dice.Below(600) - 200;
                    _counter.At(_now).Fires();
                    break;
                case 12 or 13 or 14 or 15: Deliver(sender); break;
                default: Turn(); break;
            }
        }

        private void Send(Sender sender)
        {
            bool isCall = sender.IsInSection || _dice.OneIn(2);
            // Nothing but calls to what it has locked, and nothing at all while it waits for the lock.
            if (sender is { Request: not null, IsInSection: false })
                return;
            Message.Operation operation = Next();
            if (isCall)
            {
                operation = operation with { Caller = Mail.Of(sender.Name, sender.Tasks) };
                _calls.Add((sender.Name, sender.Tasks++));
            }
            else
                operation = Scheduled(operation);
            _sent.Add(_operations, operation.DueAt is null ? sender : null);
            Fly(sender, operation);
        }

        private Message.Operation Next() => Mail.Signal(
            _dice.Below(12) switch { 0 => "fail", 1 => "delete", _ => "mix" }, ++_operations);

        private Message.Operation Scheduled(Message.Operation operation)
        {
            if (!_dice.OneIn(4))
                return operation;
            _due[_operations] = _now + _dice.Below(500) - 200;
            return operation with { DueAt = _due[_operations] };
        }

        private void Lock(Sender sender)
        {
            if (sender.Request is not null)
                return;
            sender.Request = sender.Tasks++;
            Fly(sender, Mail.Lock(sender.Name, sender.Request.Value));
        }

        private void Release(Sender sender)
        {
            // Also one that still waits: its orchestration was terminated.
            if (sender.Request is not { } request || (!sender.IsInSection && !_dice.OneIn(4)))
                return;
            (sender.Request, sender.IsInSection) = (null, false);
            Fly(sender, Mail.Release(sender.Name, request));
        }

        private void Fly(Sender sender, Message message)
        {
            message = message.AsRow(++sender.Rows, sender.Name[0]);
            _counter.Disk.Send([message]);
            sender.Flight.Enqueue(message);
        }

        private void Deliver(Sender sender)
        {
            if (sender.Flight.TryDequeue(out Message? message))
                _counter.Mailbox.Add(message, isStored: true);
        }

        /// <summary>A client signals; nothing is durable until it is answered.</summary>
        private void Ask()
        {
            Message.Operation operation = Scheduled(Next());
            _sent.Add(_operations, operation.DueAt is null ? _clients : null);
            object ticket = new();
            _asked.Add(ticket, _operations);
            _counter.Mailbox.Add(operation.ByClient(ticket), isStored: false);
        }

        /// <summary>The 20 ms rule: a request becomes a row, and keeps its place.</summary>
        private void Store()
        {
            if (_counter.Mailbox.All.FirstOrDefault(m => m.Ticket is not null) is not { } message)
                return;
            Message stored = (message with { Ticket = null }).AsRow(++_clients.Rows, _clients.Name[0]);
            _counter.Mailbox.Replace(message.Ticket!, stored);
            _counter.Disk.Send([stored]);
            _counter.Mailbox.Stored(stored.Row!.Value);
            _asked.Remove(message.Ticket!);
        }

        private void Crash()
        {
            _counter.Crashes();
            foreach (Sender sender in _senders)
                sender.Flight.Clear();
            foreach (int lost in _asked.Values)
                _sent.Remove(lost);
            _asked.Clear();
        }

        private void Turn()
        {
            if (!_counter.Mailbox.HasNext)
                return;
            int max = _dice.OneIn(3) ? _dice.Below(4) : int.MaxValue;
            if (_dice.OneIn(8))
            {
                Meet("turn in vain");
                _counter.TakesInVain(max);
                return;
            }
            if (_counter.Mailbox.Peek() is Message.Operation { IsLeft: true })
                Meet("body read");
            _counter.Takes();
            if (!_counter.IsRunning)
                return;
            switch (_dice.Below(24))
            {
                case 0 or 1 or 2:
                    Meet("crash in a run");
                    Crash();
                    break;
                case 3 or 4 or 5:
                    Meet("run in vain");
                    _counter.RunsInVain(max);
                    break;
                case 6:
                    Meet("failed run");
                    _counter.Fails();
                    break;
                default: _counter.Runs(max); break;
            }
        }

        private void Meet(string what) => _met[what] = _met.GetValueOrDefault(what) + 1;

        private void MeetAll(EntityTurn turn)
        {
            if (turn.NotRun.Count > 0)
                Meet("run in part");
            if (turn.Rows.InsertTimers is not null)
                Meet("timer");
            if (turn.Taken.Count(m => m is Message.LockRequest)
                > turn.Effects.Count(e => e is Effect.Deliver { Message: Message.LockGranted }))
                Meet("request taken back");
            if (turn.State.Holder is null)
                return;
            if (turn.Done > 0)
                Meet("call in a section");
            if (turn.Done > 0 && _counter.Mailbox.Count > 0)
                Meet("call that overtakes");
            if (_counter.Mailbox.All.Any(m => m is Message.Operation { Timer: not null }))
                Meet("due while locked");
        }

        private void Committed(EntityTurn turn)
        {
            MeetAll(turn);
            Effect.Deliver[] sent = [.. turn.Effects.OfType<Effect.Deliver>()];
            foreach (Effect.Deliver deliver in sent)
            {
                if (deliver.Message is Message.LockGranted grant)
                    Granted(_senders.Single(s => s.Name == deliver.Target), grant.Task.Task);
            }
            foreach (Effect.Answer answer in turn.Effects.OfType<Effect.Answer>())
                _asked.Remove(answer.Ticket).ShouldBeTrue("somebody is answered twice");
            Queue<Effect.Deliver> answers = new(sent.Where(d => d.Message is Message.OperationDone));
            foreach (Message.Operation operation in turn.Operations.Take(turn.Done))
                Ran(operation, answers, turn.At);
            answers.ShouldBeEmpty();
            turn.State.State.ToString().ShouldBe(Text(_value), "the state is not what the operations make");
        }

        /// <summary>Lock safety: nobody else is between a grant and a release.</summary>
        private void Granted(Sender sender, int request)
        {
            _senders.ShouldNotContain(s => s.IsInSection, "two hold the lock");
            // Otherwise it has sent its release meanwhile.
            sender.IsInSection = sender.Request == request;
            Meet(sender.IsInSection ? "grant" : "grant that nobody wants");
        }

        private void Ran(Message.Operation operation, Queue<Effect.Deliver> answers, long at)
        {
            int number = int.Parse(operation.Input.ToString(), CultureInfo.InvariantCulture);
            _sent.Remove(number, out Sender? sender)
                .ShouldBeTrue($"operation {number} is run twice, or was never sent");
            if (_senders.SingleOrDefault(s => s.IsInSection) is { } holder)
                operation.Caller?.InstanceId.ShouldBe(holder.Name, "it is locked");
            (operation.Caller is null && _senders.Any(s => s.IsInSection)).ShouldBeFalse("a signal to what is locked");
            if (sender is not null)
            {
                number.ShouldBeGreaterThan(sender.LastRun, $"what {sender.Name} sent has changed its order");
                sender.LastRun = number;
            }
            _due.GetValueOrDefault(number).ShouldBeLessThanOrEqualTo(at, "it is run before its time");
            bool fails = _counter.Failed || operation.Name == "fail";
            if (!fails)
                _value = operation.Name == "delete" ? null : CounterCode.Mixed(_value, number);
            if (operation.Caller is not { } caller)
                return;
            _calls.Remove((caller.InstanceId, caller.Task.Task)).ShouldBeTrue("a call is answered twice");
            Effect.Deliver answer = answers.Dequeue();
            answer.Target.ShouldBe(caller.InstanceId);
            Message.OperationDone done = (Message.OperationDone)answer.Message;
            done.Task.ShouldBe(caller.Task);
            (done.Failure is not null).ShouldBe(fails);
            if (!fails)
                done.Result.ToString().ShouldBe(Text(_value));
        }

        private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

        /// <summary>
        /// Lock liveness: when every holder lets go, everything that was sent is done, and nothing is left.
        /// </summary>
        private void Finish()
        {
            for (int round = 0; round < 20; round++)
            {
                foreach (Sender sender in _senders)
                {
                    while (sender.Flight.Count > 0)
                        Deliver(sender);
                }
                _now += 1000;
                _counter.At(_now).Fires().Settles();
                if (_senders.SingleOrDefault(s => s.IsInSection) is { } holder)
                    Release(holder);
            }
            _counter.Waits();
            _counter.Disk.Mail.ShouldBeEmpty();
            _counter.Disk.Timers.ShouldBeEmpty();
            _counter.State.Holder.ShouldBeNull();
            _senders.ShouldAllBe(s => s.Request == null);
            _sent.ShouldBeEmpty("what was sent is run");
            _calls.ShouldBeEmpty("who called is answered");
            _asked.ShouldBeEmpty("who asked is answered");
        }
    }
}
