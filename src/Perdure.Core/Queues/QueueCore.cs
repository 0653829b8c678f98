using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Queues;

/// <summary>
/// What becomes of a message whose function has run: the rows that say so, all for one commit. What the function sent
/// goes with its success; its failure sends nothing.
/// </summary>
internal sealed class QueueCore(int partitionCount)
{
    /// <summary>Failures that are kept: the first and the latest.</summary>
    public const int AttemptsMax = 20;

    private const int FramesOfFingerprint = 3;

    /// <summary>The message is processed: it is gone, and what its function sent is on its way.</summary>
    public QueueTurn Succeed(
        int partition, Message.QueueItem item, IReadOnlyList<(string Target, Message Message)> sent)
    {
        TurnRows rows = new() { Partition = partition, DeleteMessages = [item.Row!.Value] };
        if (sent.Count > 0)
        {
            rows.InsertMessages =
            [
                .. from s in sent
                   let key = new MessageKey(InstanceIds.Partition(s.Target, partitionCount), 0, 0)
                   select MessageCodec.Encode(key, s.Target, s.Message),
            ];
        }
        return new QueueTurn(rows, null) { Sent = sent };
    }

    /// <summary>It runs again later, or is put aside.</summary>
    /// <param name="partition">Where the message is.</param>
    /// <param name="item">The message.</param>
    /// <param name="attempt">What has just failed.</param>
    /// <param name="function">Whose failure it is, and how often it may try.</param>
    /// <param name="hopeless">Why no retry can help; null when one may.</param>
    /// <param name="now">The time.</param>
    /// <param name="number">The number of the dead letter, if there is one.</param>
    public static QueueTurn Fail(
        int partition, Message.QueueItem item, FailedAttempt attempt, QueueConsumer function,
        DeadLetterClass? hopeless, long now, long number)
    {
        Message.QueueItem failed = item with
        {
            Failures = item.Failures + 1,
            Attempts = item.Attempts.Count < AttemptsMax
                ? [.. item.Attempts, attempt]
                : [item.Attempts[0], .. item.Attempts.Skip(2), attempt],
        };
        if (hopeless is null && function.Retries.DelayAfter(failed.Failures, item.Id) is { } delay)
        {
            failed = failed with { VisibleAt = now + delay };
            MessageRow row = MessageCodec.Encode(item.Row!.Value, "", failed);
            return new QueueTurn(new TurnRows { Partition = partition, RewriteMessages = [row] }, failed);
        }
        DeadLetterClass reason = hopeless
            ?? (attempt.Failure.ErrorType == "System.TimeoutException"
                ? DeadLetterClass.Timeout
                : DeadLetterClass.Exception);
        DeadLetterRow dead = new()
        {
            Key = new(partition, number),
            Source = $"queue {function.Queue}",
            Function = function.Name,
            EventId = item.Id,
            Order = item.Session,
            Class = reason,
            Fingerprint = FingerprintOf(attempt.Failure),
            At = now,
            Record = RecordOf(failed, reason),
        };
        return new QueueTurn(
            new TurnRows
            {
                Partition = partition,
                DeleteMessages = [item.Row!.Value],
                InsertDeadLetters = [dead],
            },
            null)
        {
            DeadLetter = dead,
            Failed = failed,
        };
    }

    /// <summary>
    /// The same for failures of one type that come from the same place: its innermost frames, without files and lines,
    /// which change with every build.
    /// </summary>
    public static string FingerprintOf(FailureDetails failure)
    {
        StringBuilder text = new(failure.ErrorType);
        IEnumerable<string> frames = (failure.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries)
            .Where(l => l.StartsWith("at ", StringComparison.Ordinal))
            .Take(FramesOfFingerprint);
        foreach (string frame in frames)
        {
            int place = frame.IndexOf(" in ", StringComparison.Ordinal);
            text.Append('\n').Append(place < 0 ? frame : frame[..place]);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static byte[] RecordOf(Message.QueueItem item, DeadLetterClass reason)
    {
        ArrayBufferWriter<byte> buffer = new(item.Body.Length + 1024);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("class", reason.ToString());
        writer.WriteNumber("enqueued", item.Enqueued);
        writer.WriteNumber("failures", item.Failures);
        QueueItemCodec.WriteAttempts(writer, item.Attempts);
        if (item.TraceParent is { } trace)
            writer.WriteString("trace", trace);
        if (!item.Body.IsNone)
        {
            writer.WritePropertyName("body");
            writer.WriteRawValue(item.Body.Span, skipInputValidation: true);
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>The function of a queue, as the core knows it.</summary>
internal sealed record QueueConsumer(string Queue, string Name, RetryPolicy Retries);

/// <summary>What becomes of one message.</summary>
/// <param name="Rows">What is written.</param>
/// <param name="Again">The message as it waits for its retry; null when it is gone.</param>
internal sealed record QueueTurn(TurnRows Rows, Message.QueueItem? Again)
{
    /// <summary>What goes to others, in the order of the rows that are inserted.</summary>
    public IReadOnlyList<(string Target, Message Message)> Sent { get; init; } = [];

    public DeadLetterRow? DeadLetter { get; init; }

    /// <summary>The message with its last failure, when it is put aside.</summary>
    public Message.QueueItem? Failed { get; init; }
}
