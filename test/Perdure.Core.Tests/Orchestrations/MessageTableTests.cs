using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>Every message in every state of an instance, on one page.</summary>
public class MessageTableTests
{
    // run: recorded, and the code runs over it. rec: recorded, the code is not run. end: it ended the instance.
    // del: the instance is gone. drop: dropped with a reason. What begins with a capital is the refusal.
    private const string Table = """
        message       absent    scheduled      pending        waiting        suspended      parked         ended
        Start         run       AlreadyExists  AlreadyExists  AlreadyExists  AlreadyExists  AlreadyExists  run
        StartOnce     run       AlreadyExists  AlreadyExists  AlreadyExists  AlreadyExists  AlreadyExists  AlreadyExists
        StartDue      drop      run            drop           drop           drop           drop           drop
        TaskDone      drop      drop           drop           run            rec            rec            drop
        TimerDue      drop      drop           drop           run            rec            rec            drop
        ChildDone     drop      drop           drop           run            rec            rec            drop
        OperationDone drop      drop           drop           run            rec            rec            drop
        LockGranted   drop      drop           drop           run            rec            rec            drop
        Raise         NotFound  rec            rec            run            rec            rec            Ended
        Suspend       NotFound  rec            rec            rec            WrongState     rec            Ended
        Resume        NotFound  WrongState     WrongState     WrongState     rec            run            Ended
        Terminate     NotFound  end            end            end            end            end            Ended
        Rewind        NotFound  WrongState     WrongState     WrongState     WrongState     WrongState     WrongState
        Purge         NotFound  StillRunning   StillRunning   StillRunning   StillRunning   StillRunning   del
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
    public void A_message_is_taken_refused_or_dropped(string message, string state, string expected)
    {
        Arrival arrival = ArrivalOf(message);

        Instance asked = InState(state).Receives(arrival.ByClient());
        Outcome(asked).ShouldBe(expected, $"{message} for a {state} instance");
        string[] answers =
            [.. asked.Turn.Effects.Select(Show.Effect).Where(e => e.StartsWith("answer", StringComparison.Ordinal))];
        if (expected == "drop")
            answers.Length.ShouldBeLessThanOrEqualTo(1);
        else
            answers.ShouldBe([char.IsUpper(expected[0]) ? $"answer client {expected}" : "answer client Accepted"]);

        Instance stored = InState(state).Receives(arrival.AsRow(5));
        stored.Turn.Rows.DeleteMessages.ShouldBe(
            [new MessageKey(stored.State.Partition, Instance.Sender, 5)], "what is taken leaves the store");
        if (expected == "drop" || char.IsUpper(expected[0]))
        {
            stored.Turn.Dropped.ShouldHaveSingleItem().Reason.ShouldNotBeEmpty();
            stored.Turn.HasEvents.ShouldBeFalse();
            stored.Rows("delete message 5");
        }
        else
            stored.Drops();
    }

    [Fact]
    public void The_table_holds_every_message()
    {
        IEnumerable<string> kinds = typeof(Message).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Message)))
            .Select(t => t.Name);
        // Of entities, and what the core never sees.
        string[] others =
        [
            nameof(Message.Operation), nameof(Message.LockRequest), nameof(Message.Release), nameof(Message.WorkDone),
            nameof(Message.QueueItem), nameof(Message.Append), nameof(Message.TimerOrder), nameof(Message.Checkpoint),
        ];
        Lines.Skip(1).Select(l => l[0]).ShouldBe(kinds.Except(others).Append("StartOnce"), ignoreOrder: true);
    }

    private static Arrival ArrivalOf(string message) => message switch
    {
        "Start" => Arrival.Start(),
        "StartOnce" => Arrival.StartOnce(),
        "StartDue" => Arrival.StartDue(),
        "TaskDone" => Arrival.Done(0),
        "TimerDue" => Arrival.Due(1),
        "ChildDone" => Arrival.ChildDone(2),
        "OperationDone" => Arrival.OperationDone(3),
        "LockGranted" => Arrival.Granted(4, "@counter@a"),
        "Raise" => Arrival.Raise("Go"),
        "Suspend" => Arrival.Suspend(),
        "Resume" => Arrival.Resume(),
        "Terminate" => Arrival.Terminate(),
        "Rewind" => Arrival.Rewind(),
        "Purge" => Arrival.Purge(),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, null),
    };

    private static Instance InState(string state) => state switch
    {
        "absent" => Given.Orchestration(),
        "scheduled" => Given.Orchestration().Receives(Arrival.Start(at: 9000)),
        "pending" => Given.Orchestration().WithoutCode().Receives(Arrival.Start()),
        "waiting" => Waiting(),
        "suspended" => Waiting().Receives(Arrival.Suspend()),
        "parked" => Waiting().Receives(Arrival.Raise("Poison")).Concludes(Code.Parks),
        "ended" => Given.Orchestration().Started().Ends(Code.Returns()),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static Instance Waiting() => Given.Orchestration().Started().Asked(
        Code.Activity(0), Code.Timer(1, 5000), Code.Child(2), Code.Call(3, "@counter@a"), Code.Lock(4, "@counter@a"));

    private static string Outcome(Instance i)
    {
        OrchestrationTurn turn = i.Turn;
        if (turn.Rows is { DeleteInstance: not null, InsertInstance: null } && turn.Ended)
            return "del";
        if (turn.Ended)
            return "end";
        if (turn.Decision == TurnDecision.Run)
            return "run";
        if (turn.HasEvents)
            return "rec";
        turn.Decision.ShouldBe(TurnDecision.Nothing);
        return IsResult(turn.Taken[0])
            ? "drop"
            : turn.Effects.OfType<Effect.Answer>().Single().Outcome.ToString();
    }

    private static bool IsResult(Message message) => message
        is Message.StartDue or Message.TaskDone or Message.TimerDue or Message.ChildDone or Message.OperationDone
        or Message.LockGranted;
}
