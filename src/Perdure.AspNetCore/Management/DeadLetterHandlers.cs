using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of dead letters.</summary>
internal static class DeadLetterHandlers
{
    private const int PageOfReplays = 500;

    public static async Task<Answer> ListAsync(ManagementCall call)
    {
        DeadLetterQueryResult page = await call.Http.DeadLetters.ListAsync(
            Filter(call), call.Number("top", 100, 1, 1000), ListHandlers.Continuation(call), call.Aborted);
        Answer answer = new(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartArray();
                foreach (DeadLetter letter in page.DeadLetters)
                    Write(w, letter, whole: false);
                w.WriteEndArray();
            },
        };
        return page.ContinuationToken is { } next
            ? answer.With((ListHandlers.ContinuationHeader, ListHandlers.Encode(next)))
            : answer;
    }

    public static async Task<Answer> GetAsync(ManagementCall call) =>
        await call.Http.DeadLetters.GetAsync(IdOf(call), call.Aborted) is { } letter
            ? new Answer(StatusCodes.Status200OK) { Body = w => Write(w, letter, whole: true) }
            : Absent(call);

    public static async Task<Answer> GroupAsync(ManagementCall call)
    {
        IReadOnlyList<DeadLetterGroup> groups = await call.Http.DeadLetters.GroupAsync(Filter(call), call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartArray();
                foreach (DeadLetterGroup group in groups)
                {
                    w.WriteStartObject();
                    w.WriteString("fingerprint", group.Fingerprint);
                    w.WriteString("source", group.Source);
                    w.WriteString("functionName", group.FunctionName);
                    w.WriteNumber("count", group.Count);
                    w.WriteString("first", StatusJson.Time(group.First.UtcDateTime));
                    w.WriteString("last", StatusJson.Time(group.Last.UtcDateTime));
                    w.WriteEndObject();
                }
                w.WriteEndArray();
            },
        };
    }

    public static async Task<Answer> ChangeAsync(ManagementCall call, string verb)
    {
        string[] ids = [IdOf(call)];
        IDeadLetterClient client = ClientOf(call);
        int changed = verb switch
        {
            "Replay" => await client.ReplayAsync(ids, TargetOf(call), call.Aborted),
            "Discard" => await client.DiscardAsync(ids, call.Aborted),
            _ => await client.RestoreAsync(ids, call.Aborted),
        };
        if (changed == 1)
            return new Answer(StatusCodes.Status202Accepted);
        return await client.GetAsync(ids[0], call.Aborted) is { } letter
            ? Answer.Refusal(
                StatusCodes.Status409Conflict,
                $"The dead letter '{letter.Id}' is {letter.State}; {verb.ToLowerInvariant()} is for one that is "
                + verb switch { "Restore" => "Discarded.", "Discard" => "Active or Held.", _ => "Active." })
            : Absent(call);
    }

    public static async Task<Answer> ReplayAllAsync(ManagementCall call)
    {
        DeadLetterFilter filter = SelectionOf(call);
        DeadLetterReplayTarget target = TargetOf(call);
        filter.State = DeadLetterState.Active;
        // What fails again is put aside later than now, and must not be taken a second time.
        filter.To ??= call.Http.Node.Time.GetUtcNow();
        int taken = 0;
        string? next = null;
        do
        {
            DeadLetterQueryResult page =
                await call.Http.DeadLetters.ListAsync(filter, PageOfReplays, next, call.Aborted);
            taken += await ClientOf(call).ReplayAsync(page.DeadLetters.Select(d => d.Id), target, call.Aborted);
            next = page.ContinuationToken;
        }
        while (next is not null);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteNumber("replayed", taken);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> EditAsync(ManagementCall call)
    {
        object? body = await EventHandlers.ReadAsync(call);
        IDeadLetterClient client = ClientOf(call);
        if (await client.GetAsync(IdOf(call), call.Aborted) is not { } letter)
            return Absent(call);
        if (letter.State != DeadLetterState.Active)
            return Answer.Refusal(
                StatusCodes.Status409Conflict,
                $"The dead letter '{letter.Id}' is {letter.State}; only one that is {DeadLetterState.Active} can be "
                + "edited.");
        string id = await client.EditAsync(letter.Id, body, call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("id", id);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> CheckAsync(ManagementCall call)
    {
        byte[] given = await call.ReadBodyAsync();
        if (await call.Http.DeadLetters.GetAsync(IdOf(call), call.Aborted) is null)
            return Absent(call);
        DeadLetterCheck check = given.Length == 0
            ? await call.Http.DeadLetters.CheckAsync(IdOf(call), call.Aborted)
            : await call.Http.DeadLetters.CheckAsync(IdOf(call), EventHandlers.Read(call, given), call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                if (check.Fits is { } fits)
                    w.WriteBoolean("fits", fits);
                else
                    w.WriteNull("fits");
                w.WriteString("problem", check.Problem);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> NoteAsync(ManagementCall call)
    {
        string note = RequestBody.Text(await call.ReadBodyAsync());
        if (await call.Http.DeadLetters.GetAsync(IdOf(call), call.Aborted) is null)
            return Absent(call);
        await ClientOf(call).NoteAsync(IdOf(call), note, call.Aborted);
        return new Answer(StatusCodes.Status202Accepted);
    }

    public static Task<Answer> ExportAsync(ManagementCall call) => Task.FromResult(
        new Answer(StatusCodes.Status200OK) { Lines = LinesAsync(call.Http.DeadLetters, Filter(call), call.Aborted) });

    private static async IAsyncEnumerable<Action<Utf8JsonWriter>> LinesAsync(
        IDeadLetterClient client, DeadLetterFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (DeadLetter letter in client.ReadAllAsync(filter, cancellationToken))
            yield return w => Write(w, letter, whole: true);
    }

    /// <summary>A filter that does not mean everything.</summary>
    /// <exception cref="RequestRefusedException">It does.</exception>
    public static DeadLetterFilter SelectionOf(ManagementCall call) =>
        Filter(call) is { } filter
        && filter is not { Source: null, FunctionName: null, Fingerprint: null, From: null, To: null }
            ? filter
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                "No filter is given; name at least one of source, functionName, fingerprint, from and to.");

    /// <exception cref="RequestRefusedException">The parameter names no place.</exception>
    public static DeadLetterReplayTarget TargetOf(ManagementCall call) => call.Query("target") switch
    {
        null => DeadLetterReplayTarget.InPlace,
        { } text when text.Equals("inPlace", StringComparison.OrdinalIgnoreCase) => DeadLetterReplayTarget.InPlace,
        { } text when text.Equals("tail", StringComparison.OrdinalIgnoreCase) => DeadLetterReplayTarget.Tail,
        { } text => throw new RequestRefusedException(
            StatusCodes.Status400BadRequest,
            $"The parameter target is '{(text.Length > 100 ? text[..100] : text)}'; it is inPlace or tail."),
    };

    public static IDeadLetterClient ClientOf(ManagementCall call) =>
        call.Author is { } author ? call.Http.DeadLetters.OnBehalfOf(author) : call.Http.DeadLetters;

    private static string IdOf(ManagementCall call) => call.Value("deadLetterId")!;

    private static Answer Absent(ManagementCall call) =>
        Answer.Refusal(StatusCodes.Status404NotFound, $"There is no dead letter '{IdOf(call)}'.");

    private static DeadLetterFilter Filter(ManagementCall call) => new()
    {
        Source = call.Query("source"),
        FunctionName = call.Query("functionName"),
        Fingerprint = call.Query("fingerprint"),
        State = call.Query("state") is not { } text ? null
            : Enum.TryParse(text, ignoreCase: true, out DeadLetterState state) && Enum.IsDefined(state)
                && !char.IsAsciiDigit(text[0])
                ? state
                : throw new RequestRefusedException(
                    StatusCodes.Status400BadRequest,
                    $"The parameter state is '{(text.Length > 100 ? text[..100] : text)}'; it is one of "
                    + $"{string.Join(", ", Enum.GetNames<DeadLetterState>())}."),
        From = call.Time("from"),
        To = call.Time("to"),
    };

    private static void Write(Utf8JsonWriter writer, DeadLetter letter, bool whole)
    {
        writer.WriteStartObject();
        writer.WriteString("id", letter.Id);
        writer.WriteString("source", letter.Source);
        writer.WriteString("functionName", letter.FunctionName);
        writer.WriteString("eventId", letter.EventId);
        writer.WriteString("key", letter.Key);
        writer.WriteString("reason", letter.Reason.ToString());
        writer.WriteString("fingerprint", letter.Fingerprint);
        writer.WriteString("state", letter.State.ToString());
        writer.WriteString("putAsideTime", StatusJson.Time(letter.PutAsideAt.UtcDateTime));
        writer.WriteString("enqueuedTime", StatusJson.Time(letter.EnqueuedAt.UtcDateTime));
        if (letter.ConsumerGroup is { } group)
        {
            writer.WriteNumber("partitionId", letter.PartitionId!.Value);
            writer.WriteNumber("sequenceNumber", letter.SequenceNumber!.Value);
            writer.WriteString("consumerGroup", group);
        }
        writer.WriteNumber("failures", letter.Failures);
        writer.WriteString("errorType", letter.Attempts is [.., var last] ? last.Failure.ErrorType : null);
        writer.WriteString("errorMessage", letter.Attempts is [.., var latest] ? latest.Failure.ErrorMessage : null);
        if (whole)
            WriteRest(writer, letter);
        writer.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter writer, DeadLetter letter)
    {
        writer.WriteStartArray("attempts");
        foreach (DeadLetterAttempt attempt in letter.Attempts)
        {
            writer.WriteStartObject();
            writer.WriteString("time", StatusJson.Time(attempt.At.UtcDateTime));
            writer.WriteNumber("milliseconds", attempt.Duration.TotalMilliseconds);
            writer.WriteString("errorType", attempt.Failure.ErrorType);
            writer.WriteString("errorMessage", attempt.Failure.ErrorMessage);
            writer.WriteString("stackTrace", attempt.Failure.StackTrace);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("changedTime", StatusJson.Time(letter.ChangedAt.UtcDateTime));
        writer.WriteString("revisionOf", letter.RevisionOf);
        writer.WriteString("replacedBy", letter.ReplacedBy);
        writer.WriteStartArray("trail");
        foreach (DeadLetterTrailEntry entry in letter.Trail)
        {
            writer.WriteStartObject();
            writer.WriteString("time", StatusJson.Time(entry.At.UtcDateTime));
            writer.WriteString("author", entry.Author);
            writer.WriteString("action", entry.Action.ToString());
            writer.WriteString("note", entry.Note);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WritePropertyName("body");
        if (letter.Body.IsEmpty)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(letter.Body.Span, skipInputValidation: true);
    }
}
