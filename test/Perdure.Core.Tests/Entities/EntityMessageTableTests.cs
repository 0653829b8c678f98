using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Mail;

namespace Perdure.Core.Tests.Entities;

/// <summary>Every message in every state of an entity, on one page; the sender is "o".</summary>
public class EntityMessageTableTests
{
    // run: the code runs over it. timer: put among the timers. grant: the lock is given. free: the lock is given back.
    // back: a request that waited is taken back. wait: it stays in the mailbox. What begins with a capital is the
    // refusal; who waits for no answer has the message dropped with a reason.
    private const string Table = """
        message       absent    idle      locked    mine      asked
        Call          run       run       wait      run       wait
        Signal        run       run       wait      wait      wait
        Later         timer     timer     timer     timer     timer
        Due           run       run       wait      wait      wait
        LockRequest   grant     grant     wait      wait      wait
        Release       NotFound  NotFound  NotFound  free      back
        Start         NotFound  NotFound  wait      wait      wait
        StartDue      NotFound  NotFound  wait      wait      wait
        TaskDone      NotFound  NotFound  wait      wait      wait
        TimerDue      NotFound  NotFound  wait      wait      wait
        ChildDone     NotFound  NotFound  wait      wait      wait
        OperationDone NotFound  NotFound  wait      wait      wait
        LockGranted   NotFound  NotFound  wait      wait      wait
        Raise         NotFound  NotFound  wait      wait      wait
        Terminate     NotFound  NotFound  wait      wait      wait
        Suspend       NotFound  NotFound  wait      wait      wait
        Resume        NotFound  NotFound  wait      wait      wait
        Rewind        NotFound  NotFound  wait      wait      wait
        Purge         NotFound  NotFound  wait      wait      wait
        """;

    private static readonly string[][] Lines =
        [.. Table.Split('\n')
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            TheoryData<string, string, string> cells = [];
            foreach (string[] line in Lines.Skip(1))
            {
                for (int i = 1; i < line.Length; i++)
                    cells.Add(line[0], Lines[0][i], line[i]);
            }
            return cells;
        }
    }

    [Theory, MemberData(nameof(Cells))]
    public void A_message_is_taken_refused_dropped_or_waits(string message, string state, string expected)
    {
        Message sent = MessageOf(message);
        Outcome(InState(state), sent.ByClient()).ShouldBe(expected, $"{message} for an entity that is {state}");

        EntityInstance told = InState(state);
        bool isRefused = char.IsUpper(expected[0]);
        Outcome(told, sent).ShouldBe(isRefused ? "drop" : expected, $"{message} for an entity that is {state}");
        if (isRefused)
            told.Turn.Dropped!.ShouldHaveSingleItem().Reason.ShouldNotBeEmpty();
        else if (expected != "wait")
            told.Drops();
    }

    [Fact]
    public void The_table_holds_every_message()
    {
        IEnumerable<string> kinds = typeof(Message).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Message)))
            .Select(t => t.Name).Except(
                [
                    "Operation", nameof(Message.WorkDone), nameof(Message.QueueItem), nameof(Message.Append),
                    nameof(Message.TimerOrder), nameof(Message.Checkpoint),
                ]);
        Lines.Skip(1).Select(l => l[0]).ShouldBe([.. kinds, "Call", "Signal", "Later", "Due"], ignoreOrder: true);
    }

    private static Message MessageOf(string message) => message switch
    {
        "Call" => Call("o", 7, "get"),
        "Signal" => Signal("get"),
        "Later" => Signal("get", due: 9000),
        "Due" => Signal("get", due: 900),
        "LockRequest" => Lock("o", 8),
        "Release" => Release("o", 1),
        "Start" => new Message.Start(new HistoryEvent.ExecutionStarted { Name = "a", ExecutionId = "b" }),
        "StartDue" => new Message.StartDue(default, default),
        "TaskDone" => new Message.TaskDone(default, default, null),
        "TimerDue" => new Message.TimerDue(default, default),
        "ChildDone" => new Message.ChildDone(default, default, null),
        "OperationDone" => new Message.OperationDone(default, default, null),
        "LockGranted" => new Message.LockGranted(default, "@counter@b"),
        "Raise" => new Message.Raise("go", default),
        "Terminate" => new Message.Terminate(null),
        "Suspend" => new Message.Suspend(null),
        "Resume" => new Message.Resume(null),
        "Rewind" => new Message.Rewind(null),
        "Purge" => new Message.Purge(),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, null),
    };

    private static EntityInstance InState(string state) => state switch
    {
        "absent" => new EntityInstance(),
        "idle" => new EntityInstance().Receives(Signal("add", 1)).Runs(),
        "locked" => new EntityInstance().Receives(Lock("p", 1)),
        "mine" => new EntityInstance().Receives(Lock("o", 1)),
        "asked" => new EntityInstance().Receives(Lock("p", 1), Lock("o", 1)),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static string Outcome(EntityInstance counter, Message sent)
    {
        int before = counter.Mailbox.Count;
        counter.Gets(sent);
        if (counter.Mailbox.HasNext)
            counter.Takes();
        if (counter.IsRunning)
            return "run";
        if (counter.Mailbox.Count > before)
            return "wait";
        if (counter.Turn.Rows.InsertTimers is not null)
            return "timer";
        if (counter.Turn.Effects.OfType<Effect.Deliver>().Any(d => d.Message is Message.LockGranted))
            return "grant";
        if (counter.Turn.Dropped is not null)
            return "drop";
        RequestOutcome? told = counter.Turn.Effects.OfType<Effect.Answer>().SingleOrDefault()?.Outcome;
        if (told is not null and not RequestOutcome.Accepted)
            return told.ToString()!;
        return counter.State.Holder is null ? "free" : "back";
    }
}
