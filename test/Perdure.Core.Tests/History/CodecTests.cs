using System.Buffers;
using System.Reflection;
using System.Text;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;

namespace Perdure.Core.Tests.History;

public class CodecTests
{
    private static readonly EntityCaller Caller = new("order 1 🚀", new(long.MaxValue, int.MaxValue, 3));

    public static TheoryData<string> Kinds =>
        [.. typeof(HistoryEvent).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(HistoryEvent))).Select(t => t.Name)];

    [Theory, MemberData(nameof(Kinds))]
    public void An_event_with_everything_in_it_survives(string kind)
    {
        HistoryEvent full = Samples.Full.Single(e => e.GetType().Name == kind);
        HistoryEvent read = Read(Write(full)).ShouldHaveSingleItem();

        read.GetType().ShouldBe(full.GetType());
        foreach (PropertyInfo property in full.GetType().GetProperties())
        {
            object? written = property.GetValue(full);
            object? none = property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null;
            written.ShouldNotBe(none, $"the sample leaves out {kind}.{property.Name}");
            if (written is IReadOnlyDictionary<string, string> tags)
                ((IReadOnlyDictionary<string, string>)property.GetValue(read)!).ShouldBe(tags, ignoreOrder: true);
            else if (written is IReadOnlyList<string> names)
                ((IReadOnlyList<string>)property.GetValue(read)!).ShouldBe(names);
            else
                property.GetValue(read).ShouldBe(written, $"{kind}.{property.Name}");
        }
        Write(read).ShouldBe(Write(full));
    }

    [Fact]
    public void An_event_with_nothing_in_it_survives()
    {
        foreach (HistoryEvent bare in Samples.Bare)
            Read(Write(bare)).ShouldHaveSingleItem().ShouldBe(bare);
    }

    [Fact]
    public void No_value_differs_from_null()
    {
        Write(new HistoryEvent.TaskCompleted(0, default)).ShouldBe("""[{"type":"TaskCompleted","task":0}]""");
        Write(new HistoryEvent.TaskCompleted(0, Payload.Of("null"))).ShouldBe("""[{"type":"TaskCompleted","task":0,"result":null}]""");
    }

    [Fact]
    public void Payloads_of_every_kind_of_event_survive_byte_for_byte()
    {
        foreach (string json in Samples.Hostile)
        {
            Payload payload = Payload.Of(json);
            HistoryEvent[] events =
            [
                new HistoryEvent.ExecutionStarted { Name = "a", ExecutionId = "b", Input = payload },
                new HistoryEvent.TaskScheduled(1, "a", payload), new HistoryEvent.TaskCompleted(1, payload),
                new HistoryEvent.SubOrchestrationInstanceCreated(1, "a", "b", payload),
                new HistoryEvent.SubOrchestrationInstanceCompleted(1, payload),
                new HistoryEvent.EventRaised("a", payload),
                new HistoryEvent.EntityOperationCalled(1, "@a@b", "c", payload),
                new HistoryEvent.EntityOperationSignaled(1, "@a@b", "c", payload),
                new HistoryEvent.EntityOperationCompleted(1, payload),
                new HistoryEvent.CustomStatusSet(payload),
                new HistoryEvent.ExecutionCompleted(InstanceStatus.Completed, payload, null),
            ];
            Read(Write(events)).ShouldBe(events);

            MessageRow row = MessageCodec.Encode(default, "a", new Message.ChildDone(new(1, 2, 3), payload, null));
            ((Message.ChildDone)MessageCodec.Decode(row)).Result.ShouldBe(payload);
            row = MessageCodec.Encode(default, "@a@b", new Message.Operation("c", payload));
            ((Message.Operation)MessageCodec.Decode(row)).Input.ShouldBe(payload);
            row = MessageCodec.Encode(default, "a", new Message.OperationDone(new(1, 2, 3), payload, null));
            ((Message.OperationDone)MessageCodec.Decode(row)).Result.ShouldBe(payload);
        }
    }

    [Theory]
    [InlineData("ExecutionSuspended")]
    [InlineData("ExecutionResumed")]
    [InlineData("ExecutionTerminated")]
    public void What_was_written_before_authors_were_kept_is_read_and_written_as_it_was(string type)
    {
        string row = $$"""[{"type":"{{type}}","reason":"a"}]""";
        HistoryEvent read = Read(row).ShouldHaveSingleItem();
        read.GetType().GetProperty("Author")!.GetValue(read).ShouldBeNull();
        Write(read).ShouldBe(row);
        Write(Read($$"""[{"type":"{{type}}","reason":"a","author":"Ada"}]""")[0])
            .ShouldBe($$"""[{"type":"{{type}}","reason":"a","author":"Ada"}]""");
    }

    [Fact]
    public void A_rewind_without_an_author_is_read_and_written_as_it_was()
    {
        const string Row = """[{"type":"ExecutionRewound","reason":"a","turn":1,"from":2,"next":3,"tasks":[1]}]""";
        HistoryEvent read = Read(Row).ShouldHaveSingleItem();
        read.ShouldBeOfType<HistoryEvent.ExecutionRewound>().Author.ShouldBeNull();
        Write(read).ShouldBe(Row);
    }

    [Fact]
    public void Readable_text_stays_readable() =>
        Write(new HistoryEvent.EventRaised("Größe <&'+> 🚀", default)).ShouldContain("Größe <&'+>");

    [Theory]
    [InlineData("""[{"type":"Nonsense"}]""", "'Nonsense'")]
    [InlineData("""[{"task":1}]""", "type")]
    [InlineData("""[{"type":"TimerFired","task":1,"colour":"red"}]""", "'colour'")]
    [InlineData("""[{"type":"TaskFailed","task":1,"failure":{"type":"a","message":"b","code":1}}]""", "'code'")]
    [InlineData("""[{"type":"TaskFailed","task":1}]""", "'failure'")]
    [InlineData("""[{"type":"EventRaised"}]""", "'name'")]
    [InlineData("""[{"type":"ExecutionCompleted","status":"Paused"}]""", "'Paused'")]
    [InlineData("""[{"type":"ExecutionCompleted","status":"1"}]""", "'1'")]
    [InlineData("""[{"type":"ExecutionCompleted"}]""", "status")]
    [InlineData("""[{"type":"EntityOperationCalled","task":1,"operation":"a"}]""", "'entity'")]
    [InlineData("""[{"type":"EntityOperationSignaled","task":1,"entity":"a"}]""", "'operation'")]
    [InlineData("""[{"type":"EntityOperationFailed","task":1}]""", "'failure'")]
    [InlineData("""[{"type":"EntityLockRequested","task":1}]""", "'entities'")]
    [InlineData("""[{"type":"EntityLockRequested","task":1,"entities":[1]}]""", "Number in a list of names")]
    [InlineData("""[{"type":"EntityLockRequested","task":1,"entities":"a"}]""", "String where a list of names")]
    [InlineData("""[{"type":"EntityLockGranted","task":1,"last":true}]""", "'entity'")]
    [InlineData("""[{"type":"TimerFired","task":"x"}]""", "damaged")]
    [InlineData("""[{"type":"TimerFired","task":1},5]""", "Number")]
    [InlineData("""[{"type":"TimerFired","task":1""", "damaged")]
    [InlineData("""[{"type":"TimerFired","task":1}]]""", "damaged")]
    [InlineData("""{"type":"TimerFired","task":1}""", "array")]
    [InlineData("", "damaged")]
    public void What_it_does_not_know_it_refuses_and_says_so(string row, string says) =>
        Should.Throw<FormatException>(() => Read(row)).Message.ShouldContain(says);

    [Fact]
    public void Messages_that_can_be_rows_survive_and_the_others_are_never_rows()
    {
        FailureDetails failure = new("a", "b", "c", new("d", "e"));
        Payload payload = Payload.Of("[1]");
        Message[] rows =
        [
            new Message.Start(new() { Name = "a", ExecutionId = "b", Input = payload }),
            new Message.Start(new() { Name = "a", ExecutionId = "b" }) { OnlyIfNeverStarted = true },
            new Message.ChildDone(new(long.MaxValue, 2, 3), payload, null),
            new Message.ChildDone(new(1, 2, 3), default, failure),
            new Message.TaskDone(new(long.MaxValue, 2, 3), payload, null),
            new Message.TaskDone(new(1, 2, 3), default, failure),
            new Message.Raise("a", payload), new Message.Terminate("a"), new Message.Suspend(null),
            new Message.Terminate("a") { Recursive = true },
            new Message.Terminate("a") { Recursive = true, OfParent = new(long.MaxValue, 2) },
            new Message.Resume("a"), new Message.Resume(null) { Author = "b" },
            new Message.Suspend("a") { Author = "b" }, new Message.Terminate("a") { Author = "b" },
            new Message.Terminate("a") { Author = "b", Recursive = true },
            new Message.Terminate("a") { Author = "b", Recursive = true, OfParent = new(1, 2) },
            new Message.Rewind("a") { Author = "b" },
            new Message.Rewind("a") { Turn = 0 },
            new Message.Rewind(null) { Turn = 7 },
            new Message.Rewind("a") { Author = "b", Child = new() { Name = "a", ExecutionId = "b" } },
            new Message.Operation("", default),
            new Message.Operation("Größe \"1\"", payload) { Caller = Caller, DueAt = long.MinValue },
            new Message.Operation("a", payload) { TraceParent = "00-1-2-01" },
            new Message.LockRequest(Caller), new Message.Release(Caller.Task),
            new Message.OperationDone(Caller.Task, payload, null),
            new Message.OperationDone(Caller.Task, default, failure),
            new Message.LockGranted(Caller.Task, "@counter@ü"),
            new Message.Rewind("a"), new Message.Rewind(null),
            new Message.Rewind("a") { Child = new() { Name = "a", ExecutionId = "b", Input = payload } },
            new Message.Purge(), new Message.Purge { Key = long.MinValue },
            new Message.Purge { Key = 5, RequestId = "7.1" },
            new Message.Raise("a", payload) { RequestId = "7.\"2\"" },
            new Message.Start(new() { Name = "a", ExecutionId = "b", Input = payload }) { RequestId = "" },
            new Message.Operation("Größe", payload) { RequestId = "7.3" },
        ];
        Message[] never =
            [new Message.StartDue(default, default), new Message.TimerDue(default, default)];

        // Those that have tests of their own.
        Message[] others =
        [
            new Message.WorkDone(1, default), new Message.QueueItem("", default) { Enqueued = 0 },
            new Message.Append([]), new Message.TimerOrder(default), new Message.Checkpoint("", default, 0),
        ];
        rows.Concat(never).Concat(others).Select(m => m.GetType()).Distinct()
            .ShouldBe(typeof(Message).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Message))), ignoreOrder: true);
        foreach (Message message in rows)
        {
            MessageKey key = new(1, 2, 3);
            MessageRow row = MessageCodec.Encode(key, "order-1", message);
            row.Target.ShouldBe("order-1");
            MessageCodec.Decode(row).ShouldBe(message with { Row = key });
        }
        foreach (Message message in never)
            Should.Throw<System.Diagnostics.UnreachableException>(
                () => MessageCodec.Encode(default, "order-1", message));
    }

    [Fact]
    public void What_claimed_work_came_to_survives()
    {
        byte[] body = """["ran",[],[]]"""u8.ToArray();

        Message.WorkDone read = MessageCodec.Decode(
            MessageCodec.Encode(new(1, 2, 3), "order-1", new Message.WorkDone(long.MaxValue, body)))
            .ShouldBeOfType<Message.WorkDone>();

        read.Offer.ShouldBe(long.MaxValue);
        read.Body.ToArray().ShouldBe(body);
        read.Row.ShouldBe(new MessageKey(1, 2, 3));
    }

    [Theory]
    [InlineData(99, """[{"type":"EventRaised","name":"a"}]""")]
    [InlineData(3, """[{"type":"TimerFired","task":1}]""")]
    [InlineData(3, "[]")]
    [InlineData(2, """[{"type":"SubOrchestrationInstanceCompleted","task":1}]""")]
    [InlineData(2, """[1,2]""")]
    [InlineData(10, """[{"type":"EntityOperationCompleted","task":1}]""")]
    [InlineData(11, """[1,2,{"type":"EntityOperationCompleted","task":1}]""")]
    [InlineData(20, """{"input":1}""")]
    [InlineData(20, """{"operation":"a","colour":"red"}""")]
    [InlineData(20, """{"operation":1}""")]
    [InlineData(20, """{"operation":"a","dueAt":1.5}""")]
    [InlineData(20, """{"operation":"a","key":9223372036854775808}""")]
    [InlineData(20, """{"operation":"a","instance":"i"}""")]
    [InlineData(20, """{"operation":"a","key":1,"generation":0,"task":0}""")]
    [InlineData(20, "{\"operation\":\"a\"")]
    [InlineData(20, """{"operation":"a"}}""")]
    [InlineData(20, """["operation","a"]""")]
    [InlineData(20, "")]
    [InlineData(21, """{"instance":"i"}""")]
    [InlineData(21, """{"key":1,"generation":0,"task":0}""")]
    [InlineData(22, "{}")]
    [InlineData(14, "[]")]
    [InlineData(14, "5")]
    [InlineData(1003, """[{"type":"EventRaised","name":"a"}]""")]
    [InlineData(1003, """["7.1"]""")]
    [InlineData(1003, """["7.1",[1]""")]
    [InlineData(1003, "")]
    public void A_message_row_that_makes_no_sense_is_refused(int kind, string body) =>
        Should.Throw<FormatException>(
            () => MessageCodec.Decode(new(default, "order-1", kind, Encoding.UTF8.GetBytes(body))));

    [Fact]
    public void Timer_bodies_survive_and_nonsense_is_refused()
    {
        TimerRow row = new(new(1, 2, 3), "order-1", TimerBodies.Encode(new(long.MaxValue, int.MaxValue, 0)));
        TimerBodies.Decode(row).ShouldBe(new Message.TimerDue(new(long.MaxValue, int.MaxValue, 0), row.Key));
        row = row with { Body = TimerBodies.Encode(new(5, 0, TimerBodies.StartTask)) };
        TimerBodies.Decode(row).ShouldBe(new Message.StartDue(new(5, 0), row.Key));
        Message.Operation late = new("add", Payload.Of("1")) { Caller = Caller };
        row = row with { Body = MessageCodec.Encode(default, row.Target, late).Body };
        TimerBodies.Decode(row).ShouldBe(late with { Timer = row.Key });
        foreach (string body
            in new[]
            {
                "", "1", "1.2", "1.2.", ".1.2", "a.2.3", "1.b.3", "1.2.c", "1.2.3x", "1x.2.3", "1.2.3.4", "{", "{}",
                "{\"input\":1}",
            })
            Should.Throw<FormatException>(
                () => TimerBodies.Decode(row with { Body = Encoding.UTF8.GetBytes(body) }), body);
    }

    [Fact]
    public void Failures_however_deep_are_cut_to_what_can_be_stored()
    {
        FailureDetails deep = Enumerable.Range(0, 500)
            .Aggregate(new FailureDetails("Innermost", ""), (inner, i) => new($"E{499 - i}", "", null, inner));

        Instance hurt = Given.Waiting().Receives(new Arrival(i => new Message.TaskDone(new(1, 0, 0), default, deep)));
        hurt.Ends(new Completion.Failed(deep));
        Chain(hurt.Turn.Completed!.Failure)
            .ShouldBe(Enumerable.Range(0, Limits.Default.FailureDepthMax).Select(i => $"E{i}"));

        FailureDetails shallow = new("a", "b", null, new("c", "d"));
        Failures.Bounded(shallow, 2).ShouldBeSameAs(shallow);
        Failures.Bounded(shallow, 1).ShouldBe(new("a", "b"));
    }

    private static IEnumerable<string> Chain(FailureDetails? failure)
    {
        for (; failure is not null; failure = failure.InnerFailure)
            yield return failure.ErrorType;
    }

    private static string Write(params HistoryEvent[] events)
    {
        ArrayBufferWriter<byte> buffer = new();
        HistoryWriter.WriteRow(buffer, events);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static List<HistoryEvent> Read(string row) => HistoryReader.ReadRow(Encoding.UTF8.GetBytes(row));
}
