using Npgsql;
using Perdure.Core.Partitions;
using Perdure.PostgreSql.Commits;

namespace Perdure.PostgreSql.Announcements;

/// <summary>
/// Hears what other nodes announce, on a connection of its own that is opened again whenever it breaks. What is not
/// heard meanwhile is found by whoever asks now and then; where a pooler stands between, nothing is heard at all.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _connections;
    private readonly string _channel;
    private readonly Action<Announcement> _heard;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _listening;

    public Listener(NpgsqlDataSource connections, string channel, Action<Announcement> heard)
    {
        _connections = connections;
        _channel = channel;
        _heard = heard;
        _listening = ListenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _listening;
        _closed.Dispose();
    }

    private async Task ListenAsync()
    {
        TimeSpan pause = s_firstPause;
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await _connections.OpenConnectionAsync(_closed.Token);
                connection.Notification += (_, e) => Hear(e.Payload);
                await using (NpgsqlCommand listen = new($"listen {_channel}", connection))
                    await listen.ExecuteNonQueryAsync(_closed.Token);
                pause = s_firstPause;
                // What was said while nobody listened is found by looking.
                _heard(new Announcement { Shares = true });
                while (true)
                    await connection.WaitAsync(_closed.Token);
            }
            catch (OperationCanceledException)
            {
                // The store is closed.
            }
            catch (Exception e) when (Failure.IsOfDriver(e))
            {
                await PauseAsync(pause);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _closed.Token);
        }
        catch (OperationCanceledException)
        {
            // The store is closed.
        }
    }

    private void Hear(string payload)
    {
        if (AnnouncementText.Read(payload) is { } announcement)
            _heard(announcement);
    }
}
