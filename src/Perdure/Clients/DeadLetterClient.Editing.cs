using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Functions.Queues;
using Perdure.Json;
using Perdure.Telemetry;

namespace Perdure.Clients;

/// <summary>Revisions and notes.</summary>
internal sealed partial class DeadLetterClient
{
    private const string OfQueue = "queue ";

    public async Task<DeadLetterCheck> CheckAsync(
        string id, object? body, CancellationToken cancellationToken = default)
    {
        (DeadLetterRow row, DeadLetterRecord record) = await FindAsync(id, cancellationToken);
        return Check(row, record, serializer.Serialize(body, PlaceOf(row)));
    }

    public async Task<DeadLetterCheck> CheckAsync(string id, CancellationToken cancellationToken = default)
    {
        (DeadLetterRow row, DeadLetterRecord record) = await FindAsync(id, cancellationToken);
        return Check(row, record, record.Body);
    }

    public async Task<string> EditAsync(string id, object? body, CancellationToken cancellationToken = default)
    {
        (DeadLetterRow row, DeadLetterRecord record) = await FindAsync(id, cancellationToken);
        Payload edited = serializer.Serialize(body, PlaceOf(row));
        if (Check(row, record, edited) is { Fits: false, Problem: { } problem })
            throw new ArgumentException(
                $"The body does not fit the function '{row.Function}', so it would be put aside again: {problem}",
                nameof(body));
        DeadLetterRow revision = row with
        {
            Key = row.Key with { Number = node.DrawRevisionNumber() },
            State = DeadLetterState.Active,
            Record = (record with { Body = edited, RevisionOf = row.Key.Number }).Encode(),
        };
        long now = node.Now;
        DeadLetterChange change = new(
            DeadLetterState.Replaced, now, TrailEntry.Of(now, DeadLetterAction.Edited, author));
        if (!await node.OpenStore.ReviseDeadLetterAsync(row.Key, revision, change, cancellationToken))
        {
            (row, _) = await FindAsync(id, cancellationToken);
            throw new InvalidOperationException(
                $"The dead letter '{id}' is {row.State}; only one that is {DeadLetterState.Active} can be edited.");
        }
        node.Logger.DeadLetterEdited(id, author ?? "somebody", revision.Key.ToString());
        return revision.Key.ToString();
    }

    public async Task NoteAsync(string id, string note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(note);
        ClientText.Check(note, "note", TrailEntry.NoteCharsMax);
        (DeadLetterRow row, _) = await FindAsync(id, cancellationToken);
        if (TrailEntry.Decode(row.Trail).Count >= TrailEntry.Max)
            throw new InvalidOperationException(
                $"The trail of the dead letter '{id}' has {TrailEntry.Max} entries, and takes no more notes.");
        long now = node.Now;
        await node.OpenStore.ChangeDeadLettersAsync(
            [row.Key], null,
            new DeadLetterChange(null, now, TrailEntry.Of(now, DeadLetterAction.Noted, author, note)),
            cancellationToken);
    }

    public IDeadLetterClient OnBehalfOf(string author)
    {
        ArgumentNullException.ThrowIfNull(author);
        ClientText.Check(author, "name", InstanceIds.AuthorLengthMax);
        return new DeadLetterClient(node, serializer, orchestrations, author);
    }

    /// <exception cref="ArgumentException">There is none of this id.</exception>
    private async Task<(DeadLetterRow Row, DeadLetterRecord Record)> FindAsync(
        string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        DeadLetterRow? row = await RowAsync(id, cancellationToken);
        return row is null
            ? throw new ArgumentException($"There is no dead letter '{id}'.", nameof(id))
            : (row, DeadLetterRecord.Decode(row.Record));
    }

    private DeadLetterCheck Check(DeadLetterRow row, DeadLetterRecord record, Payload body)
    {
        Action<Payload>? check = row.Source.StartsWith(OfQueue, StringComparison.Ordinal)
            ? node.Functions.QueueFunction(row.Source[OfQueue.Length..])?.Check
            : node.Functions.Streams.FirstOrDefault(f =>
                row.Source == f.Consumer.Source && f.Consumer.Group == record.Place?.Group)?.Check;
        if (check is null)
            return new DeadLetterCheck(null, null);
        try
        {
            check(body);
            return new DeadLetterCheck(true, null);
        }
        catch (PayloadException e)
        {
            return new DeadLetterCheck(false, e.Message);
        }
    }

    private static PayloadPlace PlaceOf(DeadLetterRow row) => row.Source.StartsWith(OfQueue, StringComparison.Ordinal)
        ? new PayloadPlace(PayloadRole.QueueMessage, row.Source[OfQueue.Length..])
        : new PayloadPlace(PayloadRole.StreamEvent, row.Source["stream ".Length..]);
}
