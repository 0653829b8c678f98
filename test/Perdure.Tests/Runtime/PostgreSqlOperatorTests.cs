using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>What operators do on two hosts with one real database: whatever host is asked, the owner does it.</summary>
public sealed class PostgreSqlOperatorTests : IAsyncLifetime
{
    private const string Group = "$default";

    private readonly string _hub = $"hub_{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _ran = [];
    private readonly RealHosts _hosts;
    private string _connectionString = "";

    public PostgreSqlOperatorTests() => _hosts = new RealHosts(_hub);

    public async ValueTask InitializeAsync() => _connectionString = (await PostgreSqlServer.Shared).ConnectionString;

    public async ValueTask DisposeAsync()
    {
        await _hosts.DisposeAsync();
        await using NpgsqlConnection connection = new(_connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand drop = new($"drop schema if exists {_hub} cascade", connection);
        await drop.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Each_host_moves_checkpoints_edits_and_replays_whoever_owns_what()
    {
        IHost[] hosts = [await _hosts.StartAsync(_connectionString), await _hosts.StartAsync(_connectionString)];
        await _hosts.UntilAsync(() => hosts.All(h => RealHosts.NodeOf(h).Owned == 16));
        _hosts.Code.Events = call =>
        {
            foreach (string one in call.Events)
                _ran.Enqueue(one);
            return Task.FromResult(BatchResult.Ok);
        };
        string[] events = [.. Enumerable.Range(0, 12).Select(i => $"{i}")];
        IStreamClient streams = hosts[0].Services.GetRequiredService<IStreamClient>();
        await streams.AppendAsync("events", events.Select(e => new StreamEntry(e) { PartitionKey = $"key{e}" }));
        await RanAsync(events);
        foreach (IHost host in hosts)
        {
            IStreamAdminClient admin = host.Services.GetRequiredService<IStreamAdminClient>();
            await admin.SetCheckpointAsync("events", Group, StreamPosition.Earliest);
            await RanAsync(events);
            await Should.ThrowAsync<ArgumentException>(admin.SetCheckpointAsync(
                "events", Group, StreamPosition.FromSequenceNumber(1_000), 0));
        }

        _hosts.Code.Item = _ => throw new DeadLetterException("no");
        IQueueClient queues = hosts[1].Services.GetRequiredService<IQueueClient>();
        for (int i = 0; i < 12; i++)
            await queues.SendAsync("items", $"{i}", new QueueSendOptions { SessionId = $"s{i}" });
        IDeadLetterClient letters = hosts[0].Services.GetRequiredService<IDeadLetterClient>().OnBehalfOf("Ada");
        await _hosts.UntilAsync(() => ActiveAsync(letters).Result.Count == 12);
        DeadLetter first = (await ActiveAsync(letters))[0];
        string revision = await letters.EditAsync(first.Id, "edited");
        await letters.NoteAsync(first.Id, "a note");
        await Should.ThrowAsync<InvalidOperationException>(letters.EditAsync(first.Id, "again"));
        _hosts.Code.Item = call =>
        {
            _ran.Enqueue(call.Item);
            return Task.CompletedTask;
        };
        string replay = await letters.StartReplayAsync(new DeadLetterFilter { Source = "queue items" });
        await _hosts.UntilAsync(
            () => letters.GetReplayAsync(replay).Result!.State == DeadLetterReplayState.Completed);
        (await letters.GetReplayAsync(replay))!.Succeeded.ShouldBe(12);
        _ran.Count.ShouldBe(12, string.Join(' ', _ran));
        _ran.ShouldContain("edited");
        (await letters.GetAsync(revision))!.Trail.Select(t => (t.Action, t.Author)).ShouldBe(
        [
            (DeadLetterAction.Replayed, "Ada"), (DeadLetterAction.Requeued, null), (DeadLetterAction.Resolved, null),
        ]);
        (await letters.GetAsync(first.Id))!.Trail.Select(t => (t.Action, t.Note))
            .ShouldBe([(DeadLetterAction.Edited, null), (DeadLetterAction.Noted, "a note")]);
    }

    private async Task RanAsync(string[] events)
    {
        await _hosts.UntilAsync(() => _ran.Count >= events.Length);
        _ran.Order().ShouldBe(events.Order());
        _ran.Clear();
    }

    private static async Task<IReadOnlyList<DeadLetter>> ActiveAsync(IDeadLetterClient letters) =>
        (await letters.ListAsync(new DeadLetterFilter { State = DeadLetterState.Active })).DeadLetters;
}
