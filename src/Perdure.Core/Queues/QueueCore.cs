using Perdure.Core.DeadLetters;
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
    /// <summary>The message is processed: it is gone, and what its function sent is on its way.</summary>
    public QueueTurn Succeed(
        int partition, Message.QueueItem item, IReadOnlyList<(string Target, Message Message)> sent, long now)
    {
        TurnRows rows = new() { Partition = partition, DeleteMessages = [item.Row!.Value] };
        if (item.Letter is { } letter)
        {
            rows.UpdateDeadLetters =
            [
                new(letter, DeadLetterState.Resolved, default, now, TrailEntry.Of(now, DeadLetterAction.Resolved)),
            ];
        }
        if (sent.Count > 0)
            rows.InsertMessages = Outgoing.Rows(sent, partitionCount);
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
        DeadLetterReason? hopeless, long now, long number)
    {
        Message.QueueItem failed = item with
        {
            Failures = item.Failures + 1,
            Attempts = FailedAttempt.Add(item.Attempts, attempt),
        };
        if (hopeless is null && function.Retries.DelayAfter(failed.Failures, item.Id) is { } delay)
        {
            failed = failed with { VisibleAt = now + delay };
            MessageRow row = MessageCodec.Encode(item.Row!.Value, "", failed);
            return new QueueTurn(new TurnRows { Partition = partition, RewriteMessages = [row] }, failed);
        }
        DeadLetterReason reason = hopeless ?? DeadLetterRecord.ClassOf(attempt.Failure);
        // Each partition draws numbers of its own: in a hub that was moved the message may be in another one.
        DeadLetterKey? before = item.Letter?.Partition == partition ? item.Letter : null;
        DeadLetterRow dead = new()
        {
            Key = new(partition, number),
            Source = $"queue {function.Queue}",
            Function = function.Name,
            EventId = item.Id,
            Order = item.Session,
            Class = reason,
            Fingerprint = DeadLetterRecord.FingerprintOf(attempt.Failure),
            At = now,
            Record = new DeadLetterRecord
            {
                Class = reason,
                Enqueued = item.Enqueued,
                Failures = failed.Failures,
                Attempts = failed.Attempts,
                TraceParent = item.TraceParent,
                RevisionOf = before?.Number,
                Body = item.Body,
            }.Encode(),
        };
        return new QueueTurn(
            new TurnRows
            {
                Partition = partition,
                DeleteMessages = [item.Row!.Value],
                InsertDeadLetters = [dead],
                UpdateDeadLetters = item.Letter is { } letter
                    ?
                    [
                        new(
                            letter, DeadLetterState.Replaced, default, now,
                            TrailEntry.Of(now, DeadLetterAction.FailedAgain), before is null ? null : number),
                    ]
                    : null,
            },
            null)
        {
            DeadLetter = dead,
            Failed = failed,
        };
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
