using System.Diagnostics;
using Npgsql;
using Perdure.Torture.Judging;

namespace Perdure.Torture.Nodes;

/// <summary>
/// Looks at who owns what, many times a second and past all proxies: an epoch never goes back, an owner never changes
/// without one, and what a dead node had is taken.
/// </summary>
internal sealed class ClusterWatch(string connectionString, Findings findings) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _closed = new();
    private readonly Dictionary<int, (long Owner, long Epoch)> _last = [];
    private readonly Dictionary<long, long> _killed = [];
    private readonly List<TimeSpan> _takeOvers = [];
    private readonly Lock _gate = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>The times from a kill until others had everything, the shortest first.</summary>
    public IReadOnlyList<TimeSpan> TakeOvers => [.. _takeOvers.Order()];

    public long Epochs => _last.Values.Sum(l => l.Epoch);

    public void Start() => _watching = WatchAsync();

    /// <summary>From now on it is measured until nothing is the node's any more.</summary>
    public void Killed(long node)
    {
        lock (_gate)
            _killed[node] = Stopwatch.GetTimestamp();
    }

    /// <summary>Dead nodes that still own something.</summary>
    public int Outstanding
    {
        get
        {
            lock (_gate)
                return _killed.Count;
        }
    }

    /// <summary>How the partitions are owned: owner, epoch.</summary>
    public IReadOnlyDictionary<int, (long Owner, long Epoch)> Partitions => _last;

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _watching;
        _closed.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = new(connectionString);
                await connection.OpenAsync(_closed.Token);
                while (true)
                {
                    await LookAsync(connection);
                    await Task.Delay(s_pause, _closed.Token);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (NpgsqlException)
            {
                // The server is being restarted.
                await Task.Delay(s_pause);
            }
        }
    }

    private async Task LookAsync(NpgsqlConnection connection)
    {
        HashSet<long> owners = [];
        await using (NpgsqlCommand command = new("select id, owner, epoch from partitions", connection))
        await using (NpgsqlDataReader rows = await command.ExecuteReaderAsync(_closed.Token))
        {
            while (await rows.ReadAsync(_closed.Token))
            {
                Compare(rows.GetInt32(0), rows.GetInt64(1), rows.GetInt64(2));
                owners.Add(rows.GetInt64(1));
            }
        }
        lock (_gate)
        {
            foreach ((long node, long since) in _killed.Where(k => !owners.Contains(k.Key)).ToArray())
            {
                _killed.Remove(node);
                _takeOvers.Add(Stopwatch.GetElapsedTime(since));
            }
        }
    }

    private void Compare(int partition, long owner, long epoch)
    {
        if (_last.TryGetValue(partition, out (long Owner, long Epoch) before))
        {
            if (epoch < before.Epoch)
                findings.Add("epoch went back", $"partition {partition}: {before.Epoch} to {epoch}");
            // Released, it is nobody's under the same epoch.
            if (epoch == before.Epoch && owner != before.Owner && owner != 0)
                findings.Add("two owners of one epoch", $"partition {partition}, {epoch}: {before.Owner}, {owner}");
        }
        _last[partition] = (owner, epoch);
    }
}
