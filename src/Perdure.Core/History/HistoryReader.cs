using System.Text.Json;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Core.History;

/// <summary>
/// Stored JSON back to events. Payloads are slices of the row, not copies. What it does not know it refuses: a format
/// of a newer release is never guessed at.
/// </summary>
internal static class HistoryReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>The turns of a history in order; the parts of a wide turn are joined.</summary>
    public static List<StoredTurn> ReadTurns(IReadOnlyList<HistoryRow> rows)
    {
        List<StoredTurn> turns = new(rows.Count);
        foreach (HistoryRow row in rows)
        {
            if (row.Part > 0 && turns.Count > 0 && turns[^1].Number == row.Turn)
                ReadRow(row.Events, turns[^1].Events);
            else
                turns.Add(new StoredTurn(row.Turn, row.At, ReadRow(row.Events, [])));
        }
        return turns;
    }

    public static List<HistoryEvent> ReadRow(ReadOnlyMemory<byte> row) => ReadRow(row, []);

    private static List<HistoryEvent> ReadRow(ReadOnlyMemory<byte> row, List<HistoryEvent> into)
    {
        try
        {
            Utf8JsonReader reader = new(row.Span, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                throw new FormatException("A history row is not a JSON array.");
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                into.Add(ReadEvent(ref reader, row));
            if (reader.TokenType != JsonTokenType.EndArray)
                throw new FormatException($"A history row holds a {reader.TokenType} where an event should stand.");
            if (reader.Read())
                throw new FormatException("A history row goes on after its end.");
            return into;
        }
        // Damage shows itself to the reader of JSON in several ways, to everybody else in one.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"A history row is damaged: {e.Message}", e);
        }
    }

    private static HistoryEvent ReadEvent(ref Utf8JsonReader reader, ReadOnlyMemory<byte> row)
    {
        Fields f = default;
        f.Attempt = 1;
        f.Task = f.First = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            ReadField(ref reader, row, ref f);
        return f.Type switch
        {
            "OrchestratorStarted" => new HistoryEvent.OrchestratorStarted(f.At),
            "ExecutionStarted" => new HistoryEvent.ExecutionStarted
            {
                Name = Needed(f.Name, "name", f.Type),
                ExecutionId = Needed(f.Execution, "execution", f.Type),
                Version = f.Version,
                Input = f.Input,
                Parent = f.Parent,
                StartAt = f.StartAt,
                Tags = f.Tags,
                TraceParent = f.Trace,
            },
            "TaskScheduled" => new HistoryEvent.TaskScheduled(f.Task, Needed(f.Name, "name", f.Type), f.Input)
            {
                Attempt = f.Attempt,
                FirstTask = f.First < 0 ? f.Task : f.First,
            },
            "TaskCompleted" => new HistoryEvent.TaskCompleted(f.Task, f.Result),
            "TaskFailed" => new HistoryEvent.TaskFailed(f.Task, Needed(f.Failure, "failure", f.Type)),
            "TimerCreated" => new HistoryEvent.TimerCreated(f.Task, f.FireAt) { Number = f.Number },
            "TimerFired" => new HistoryEvent.TimerFired(f.Task),
            "TimerCanceled" => new HistoryEvent.TimerCanceled(f.Task),
            "SubOrchestrationInstanceCreated" => new HistoryEvent.SubOrchestrationInstanceCreated(
                f.Task, Needed(f.Name, "name", f.Type), Needed(f.Instance, "instance", f.Type), f.Input)
            {
                Version = f.Version,
                VersionNamed = f.VersionNamed,
                Detached = f.Detached,
                FirstTask = f.First < 0 ? f.Task : f.First,
            },
            "SubOrchestrationInstanceCompleted" => new HistoryEvent.SubOrchestrationInstanceCompleted(f.Task, f.Result),
            "SubOrchestrationInstanceFailed" => new HistoryEvent.SubOrchestrationInstanceFailed(
                f.Task, Needed(f.Failure, "failure", f.Type)),
            "EventRaised" => new HistoryEvent.EventRaised(Needed(f.Name, "name", f.Type), f.Input),
            "CustomStatusSet" => new HistoryEvent.CustomStatusSet(f.Value),
            "ExecutionSuspended" => new HistoryEvent.ExecutionSuspended(f.Reason) { Author = f.Author },
            "ExecutionResumed" => new HistoryEvent.ExecutionResumed(f.Reason) { Author = f.Author },
            "ExecutionTerminated" => new HistoryEvent.ExecutionTerminated(f.Reason) { Author = f.Author },
            "ExecutionParked" => new HistoryEvent.ExecutionParked(Needed(f.Reason, "reason", f.Type)),
            "ExecutionRewound" => new HistoryEvent.ExecutionRewound(f.Reason, f.Turn, f.From, f.Next, f.Tasks ?? [])
            {
                Author = f.Author,
                Anew = f.Anew,
            },
            "ExecutionCompleted" => new HistoryEvent.ExecutionCompleted(ReadStatus(f.Status), f.Result, f.Failure),
            _ => ReadEntityEvent(f),
        };
    }

    private static HistoryEvent ReadEntityEvent(in Fields f) => f.Type switch
    {
        "EntityOperationCalled" => new HistoryEvent.EntityOperationCalled(
            f.Task, Needed(f.Entity, "entity", f.Type), Needed(f.Operation, "operation", f.Type), f.Input),
        "EntityOperationSignaled" => new HistoryEvent.EntityOperationSignaled(
            f.Task, Needed(f.Entity, "entity", f.Type), Needed(f.Operation, "operation", f.Type), f.Input)
        {
            DueAt = f.DueAt,
        },
        "EntityOperationCompleted" => new HistoryEvent.EntityOperationCompleted(f.Task, f.Result),
        "EntityOperationFailed" => new HistoryEvent.EntityOperationFailed(
            f.Task, Needed(f.Failure, "failure", f.Type)),
        "EntityLockRequested" => new HistoryEvent.EntityLockRequested(
            f.Task, Needed(f.Entities, "entities", f.Type)),
        "EntityLockGranted" => new HistoryEvent.EntityLockGranted(
            f.Task, Needed(f.Entity, "entity", f.Type), f.Last),
        "EntityUnlockSent" => new HistoryEvent.EntityUnlockSent(f.Task),
        _ => throw new FormatException(
            $"History event type '{f.Type}' is not known to this version of Perdure. A newer version wrote it; "
            + "run that version."),
    };

    private static T Needed<T>(T? value, string property, string type) where T : class =>
        value ?? throw new FormatException($"A history event of type '{type}' lacks the property '{property}'.");

    private static InstanceStatus ReadStatus(string? status) =>
        Enum.TryParse(status, out InstanceStatus known) && known.ToString() == status
            ? known
            : throw new FormatException($"The status '{status}' is not known to this version of Perdure.");

    private static FormatException Unknown(string property) =>
        new($"History property '{property}' is not known to this version of Perdure. A newer version wrote it; run "
            + "that version.");

    private struct Fields
    {
        public string? Type, Name, Execution, Version, Instance, Trace, Reason, Author, Status, Entity, Operation;
        public long At, FireAt, Number;
        public long? StartAt, DueAt;
        public int Task, Attempt, First, Turn, From, Next;
        public bool Detached, Last, Anew, VersionNamed;
        public List<string>? Entities;
        public Payload Input, Result, Value;
        public ParentLink? Parent;
        public FailureDetails? Failure;
        public Dictionary<string, string>? Tags;
        public List<int>? Tasks;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlyMemory<byte> row, ref Fields f)
    {
        string name = reader.GetString()!;
        reader.Read();
        switch (name)
        {
            case "type": f.Type = reader.GetString(); break;
            case "at": f.At = reader.GetInt64(); break;
            case "name": f.Name = reader.GetString(); break;
            case "execution": f.Execution = reader.GetString(); break;
            case "version": f.Version = reader.GetString(); break;
            case "instance": f.Instance = reader.GetString(); break;
            case "trace": f.Trace = reader.GetString(); break;
            case "reason": f.Reason = reader.GetString(); break;
            case "author": f.Author = reader.GetString(); break;
            case "status": f.Status = reader.GetString(); break;
            case "fireAt": f.FireAt = reader.GetInt64(); break;
            case "number": f.Number = reader.GetInt64(); break;
            case "startAt": f.StartAt = reader.GetInt64(); break;
            case "task": f.Task = reader.GetInt32(); break;
            case "attempt": f.Attempt = reader.GetInt32(); break;
            case "first": f.First = reader.GetInt32(); break;
            case "turn": f.Turn = reader.GetInt32(); break;
            case "from": f.From = reader.GetInt32(); break;
            case "next": f.Next = reader.GetInt32(); break;
            case "tasks": f.Tasks = ReadTasks(ref reader); break;
            case "detached": f.Detached = reader.GetBoolean(); break;
            case "versionNamed": f.VersionNamed = reader.GetBoolean(); break;
            case "anew": f.Anew = reader.GetBoolean(); break;
            case "entity": f.Entity = reader.GetString(); break;
            case "operation": f.Operation = reader.GetString(); break;
            case "dueAt": f.DueAt = reader.GetInt64(); break;
            case "last": f.Last = reader.GetBoolean(); break;
            case "entities": f.Entities = ReadNames(ref reader); break;
            case "input": f.Input = Slice(ref reader, row); break;
            case "result": f.Result = Slice(ref reader, row); break;
            case "value": f.Value = Slice(ref reader, row); break;
            case "failure": f.Failure = ReadFailure(ref reader); break;
            case "parent": f.Parent = ReadParent(ref reader); break;
            case "tags": f.Tags = ReadTags(ref reader); break;
            default: throw Unknown(name);
        }
    }

    private static Payload Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> row)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new Payload(row[start..(int)reader.BytesConsumed]);
    }

    public static FailureDetails ReadFailure(ref Utf8JsonReader reader)
    {
        string type = "", message = "";
        string? stack = null;
        FailureDetails? inner = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "type": type = reader.GetString()!; break;
                case "message": message = reader.GetString()!; break;
                case "stack": stack = reader.GetString(); break;
                case "inner": inner = ReadFailure(ref reader); break;
                default: throw Unknown(name);
            }
        }
        return new FailureDetails(type, message, stack, inner);
    }

    private static List<string> ReadNames(ref Utf8JsonReader reader)
    {
        List<string> names = [];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException(
                $"A history event holds a {reader.TokenType} where a list of names should stand.");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            names.Add(reader.GetString()!);
        return reader.TokenType == JsonTokenType.EndArray
            ? names
            : throw new FormatException($"A history event holds a {reader.TokenType} in a list of names.");
    }

    private static ParentLink ReadParent(ref Utf8JsonReader reader)
    {
        string instance = "", parentName = "";
        long key = 0;
        int generation = 0, task = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "instance": instance = reader.GetString()!; break;
                case "name": parentName = reader.GetString()!; break;
                case "key": key = reader.GetInt64(); break;
                case "generation": generation = reader.GetInt32(); break;
                case "task": task = reader.GetInt32(); break;
                default: throw Unknown(name);
            }
        }
        return new ParentLink(instance, parentName, key, generation, task);
    }

    private static List<int> ReadTasks(ref Utf8JsonReader reader)
    {
        List<int> tasks = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
            tasks.Add(reader.GetInt32());
        return tasks;
    }

    private static Dictionary<string, string> ReadTags(ref Utf8JsonReader reader)
    {
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            tags[name] = reader.GetString()!;
        }
        return tags;
    }
}

/// <summary>One stored turn: its number, its time and its events, whatever number of rows they fill.</summary>
internal sealed record StoredTurn(int Number, long At, List<HistoryEvent> Events);
