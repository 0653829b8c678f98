using Perdure.Core.Entities;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;

namespace Perdure.Core.Tests.Entities;

/// <summary>The mailbox against a list that does the same with no care for time.</summary>
public class EntityMailboxTests
{
    [Fact]
    public void Two_thousand_random_lives_of_a_mailbox_are_those_of_a_naive_list()
    {
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            try
            {
                new Life(seed).Live();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void What_a_locked_entity_has_waiting_costs_the_holder_nothing()
    {
        EntityMailbox mailbox = new(Limits.Default);
        mailbox.Load(Mail.Of("o", 0));
        for (int i = 0; i < 200_000; i++)
            mailbox.Add(Mail.Signal("add", i).AsRow(i), isStored: true);
        mailbox.All.OfType<Message.Operation>().Count(o => !o.IsLeft).ShouldBe(Limits.Default.BodiesInMemoryMax);
        // With anything that looks at what waits, this takes minutes.
        for (int i = 0; i < 100_000; i++)
        {
            mailbox.Add(Mail.Call("o", i, "add"), isStored: false);
            mailbox.HasNext.ShouldBeTrue();
            mailbox.Peek().ShouldBe(mailbox.Take());
            mailbox.Contains(Mail.Signal("add").AsRow(i).Row!.Value).ShouldBeTrue();
        }
        mailbox.Count.ShouldBe(200_000);
    }

    [Fact]
    public void Until_its_holder_is_known_a_release_does_not_overtake_the_calls_before_it()
    {
        EntityMailbox mailbox = new(Limits.Default);
        Message request = Mail.Lock("p", 1), call = Mail.Call("o", 5, "add"), release = Mail.Release("o", 4);
        foreach (Message message in new[] { request, call, release })
            mailbox.Add(message, isStored: false);
        mailbox.HasNext.ShouldBeTrue();
        mailbox.Load(Mail.Of("o", 4));
        mailbox.All.ShouldBe([call, release, request]);
    }

    /// <summary>What is in the mailbox, in order of arrival, each with the line in which it stands.</summary>
    private sealed class Naive(Limits limits)
    {
        private List<(Message Message, bool IsFirst)> _items = [];
        private EntityCaller? _holder;
        private bool _isLoaded;

        public IEnumerable<Message> All => InFirst(true).Concat(InFirst(false));

        public void SetHolder(EntityCaller? holder) => _holder = holder;

        public void Load(EntityCaller? holder)
        {
            List<Message> all = [.. All];
            (_holder, _items, _isLoaded) = (holder, [], true);
            all.ForEach(Append);
        }

        public void Add(Message message, bool isStored) =>
            Append(isStored && message is Message.Operation { Row: not null } o && IsFull(o) ? Left(o) : message);

        public Message? Peek() =>
            InFirst(true).FirstOrDefault() ?? (_holder is null ? InFirst(false).FirstOrDefault() : null);

        public Message Take()
        {
            Message next = Peek()!;
            _items.RemoveAt(IndexOf(next));
            return next;
        }

        public Message? TakeLockRequest(Message.Release release)
        {
            int at = _items.FindIndex(i => i.Message is Message.LockRequest r && r.Holder.Task == release.Request);
            Message? request = at < 0 ? null : _items[at].Message;
            if (at >= 0)
                _items.RemoveAt(at);
            return request;
        }

        public void PutBack(IEnumerable<Message> messages) => _items = [.. messages.Select(m => (m, true)), .. _items];

        public void Exchange(Message message, Message? with)
        {
            int at = IndexOf(message);
            bool isFirst = _items[at].IsFirst;
            _items.RemoveAt(at);
            if (with is not null)
                _items.Insert(at, (with, isFirst));
        }

        /// <summary>The row is durable: the body stays in memory if there is room without it.</summary>
        public void Stored(Message message)
        {
            int at = IndexOf(message);
            (Message.Operation operation, bool isFirst) = ((Message.Operation)message, _items[at].IsFirst);
            _items.RemoveAt(at);
            _items.Insert(at, (IsFull(operation) ? Left(operation) : operation, isFirst));
        }

        private IEnumerable<Message> InFirst(bool first) =>
            _items.Where(i => i.IsFirst == first).Select(i => i.Message);

        private int IndexOf(Message message) => _items.FindIndex(i => i.Message == message);

        private void Append(Message message) => _items.Add((message, GoesFirst(message)));

        private bool GoesFirst(Message message) => _isLoaded && message switch
        {
            Message.Release => true,
            Message.Operation { DueAt: not null, IsDue: false } => true,
            Message.Operation { Caller: { } caller } => _holder is { } holder
                && caller.Task.Execution == holder.Task.Execution
                && !_items.Any(i => i.Message is Message.Release r && r.Request == holder.Task),
            _ => false,
        };

        private bool IsFull(Message.Operation operation)
        {
            Message.Operation[] whole =
                [.. _items.Select(i => i.Message).OfType<Message.Operation>().Where(o => !o.IsLeft)];
            return operation is { Caller: null } and ({ DueAt: null } or { IsDue: true })
                && (whole.Length >= limits.BodiesInMemoryMax
                    || whole.Sum(o => o.Input.Length) + operation.Input.Length > limits.BodyBytesInMemoryMax);
        }

        private static Message.Operation Left(Message.Operation o) =>
            new("", default) { Row = o.Row, IsLeft = true };
    }

    private sealed class Life
    {
        private readonly Dice _dice;
        private readonly Naive _naive;
        private readonly EntityMailbox _mailbox;
        private readonly Dictionary<MessageKey, Message> _store = [];
        private readonly List<Message> _taken = [];
        private readonly Dictionary<string, int> _locks = [];
        private EntityCaller? _holder, _holderBefore;
        private int _next;

        public Life(ulong seed)
        {
            _dice = new Dice(seed);
            Limits limits = new()
            {
                BodiesInMemoryMax = _dice.OneIn(3) ? 1000 : _dice.Below(6),
                BodyBytesInMemoryMax = _dice.OneIn(3) ? 8 : 4096,
            };
            (_naive, _mailbox) = (new Naive(limits), new EntityMailbox(limits));
        }

        public void Live()
        {
            for (int step = 0; step < 80; step++)
            {
                Step();
                Check();
            }
        }

        private void Step()
        {
            switch (_dice.Below(20))
            {
                case < 9: Add(); break;
                case 9: NotRun(); break;
                case 10: Keep(); break;
                case 11: Refuse(); break;
                case 12: Exchange(); break;
                case 13: Store(); break;
                case 14: Reload(); break;
                default: Take(); break;
            }
        }

        private void Add()
        {
            string sender = _dice.Of(["o", "p", "q"]);
            int number = ++_next;
            Message message = _dice.Below(8) switch
            {
                0 or 1 or 2 => Mail.Signal("add", number),
                3 or 4 => Mail.Call(sender, number, "add", number),
                5 => Mail.Signal("add", number, due: 5000),
                6 when _locks.TryAdd(sender, number) => Mail.Lock(sender, number),
                7 when _locks.Remove(sender, out int request) => Mail.Release(sender, request),
                _ => Mail.Signal("get", number),
            };
            if (_dice.OneIn(3) && message is Message.Operation { Caller: null })
                message = message.ByClient(number);
            else if (_dice.OneIn(2))
                message = message.AsRow(number);
            if (message.Row is { } row)
                _store.Add(row, message);
            _naive.Add(message, message.Row is not null);
            _mailbox.Add(message, message.Row is not null);
        }

        /// <summary>As the core takes: bodies first, locks as they come.</summary>
        private void Take()
        {
            if (_naive.Peek() is Message.Operation { IsLeft: true })
                Fill();
            if (_naive.Peek() is null)
                return;
            Message message = _mailbox.Take();
            _naive.Take().ShouldBe(message);
            _taken.Add(message);
            if (message is Message.LockRequest request)
                SetHolder(request.Holder);
            else if (message is Message.Release release && release.Request == _holder?.Task)
                SetHolder(null);
            else if (message is Message.Release other)
            {
                Message? waiting = _mailbox.TakeLockRequest(other.Request);
                _naive.TakeLockRequest(other).ShouldBe(waiting);
                if (waiting is not null)
                    _taken.Add(waiting);
            }
        }

        private void SetHolder(EntityCaller? holder)
        {
            _holder = holder;
            _naive.SetHolder(holder);
            _mailbox.SetHolder(holder);
        }

        private void Fill()
        {
            List<MessageKey> keys = _mailbox.NextLeft(1 + _dice.Below(3));
            keys.ShouldBe(_naive.All.TakeWhile(m => m is Message.Operation { IsLeft: true }).Take(keys.Count)
                .Select(m => m.Row!.Value));
            foreach (Message left in _naive.All.Take(keys.Count).ToList())
                _naive.Exchange(left, _store[left.Row!.Value]);
            _mailbox.Fill(keys.Select(k => _store[k]).Reverse());
        }

        /// <summary>The last operations that were taken, and nothing else, go back.</summary>
        private void NotRun()
        {
            int from = _taken.Count;
            while (from > 0 && _taken[from - 1] is Message.Operation && _dice.Below(4) > 0)
                from--;
            List<Message> back = _taken[from..];
            _taken.RemoveRange(from, back.Count);
            _naive.PutBack(back);
            _mailbox.PutBack(back);
            Keep();
        }

        /// <summary>What was taken is durable.</summary>
        private void Keep()
        {
            _taken.Clear();
            _holderBefore = _holder;
        }

        /// <summary>What was taken comes back, and the entity is loaded again.</summary>
        private void Refuse()
        {
            _naive.PutBack(_taken);
            _mailbox.PutBack(_taken);
            _taken.Clear();
            Reload();
        }

        private void Reload()
        {
            if (_taken.Count > 0)
                return;
            _holder = _holderBefore;
            _naive.Load(_holder);
            _mailbox.Load(_holder);
        }

        /// <summary>A request becomes a row in its place, or is taken back, or a message is.</summary>
        private void Exchange()
        {
            Message[] operations = [.. _naive.All.Where(m => m is Message.Operation)];
            if (operations.Length == 0)
                return;
            Message message = _dice.Of(operations);
            if (message.Ticket is { } ticket)
            {
                _mailbox.Find(ticket).ShouldBe(message);
                Message? with = _dice.OneIn(3) ? null : (message with { Ticket = null }).AsRow(++_next);
                _naive.Exchange(message, with);
                if (with is null)
                    _mailbox.Remove(ticket);
                else
                {
                    _mailbox.Replace(ticket, with);
                    _store.Add(with.Row!.Value, with);
                }
                _mailbox.Find(ticket).ShouldBeNull();
            }
            else if (message.Row is { } row && _dice.OneIn(3))
            {
                _naive.Exchange(message, null);
                _mailbox.Remove(row);
                _mailbox.Contains(row).ShouldBeFalse();
            }
        }

        private void Store()
        {
            Message[] rows = [.. _naive.All.Where(m => m is Message.Operation { Row: not null, IsLeft: false })];
            if (rows.Length == 0)
                return;
            Message message = _dice.Of(rows);
            _naive.Stored(message);
            _mailbox.Stored(message.Row!.Value);
        }

        private void Check()
        {
            Message[] all = [.. _naive.All];
            _mailbox.All.ShouldBe(all);
            _mailbox.Count.ShouldBe(all.Length);
            _mailbox.Peek().ShouldBe(_naive.Peek());
            _mailbox.HasNext.ShouldBe(_naive.Peek() is not null);
            foreach (Message message in all)
            {
                if (message.Row is { } row)
                    _mailbox.Contains(row).ShouldBeTrue();
                if (message.Ticket is { } ticket)
                    _mailbox.Find(ticket).ShouldBe(message);
            }
        }
    }
}
