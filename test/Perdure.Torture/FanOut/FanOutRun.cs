using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Perdure.Torture.Journals;
using Perdure.Torture.Nodes;

namespace Perdure.Torture.FanOut;

/// <summary>One wide fan-out on nodes that do nothing else, with a death in its middle or without.</summary>
/// <param name="server">Where the hub is.</param>
/// <param name="folder">Where their journals are.</param>
/// <param name="id">Of the instance; used once.</param>
/// <param name="count">How many activities it has.</param>
internal sealed class FanOutRun(TortureServer server, string folder, string id, int count)
{
    /// <summary>Of all activities together: few last longer each, or they end before a node is killed.</summary>
    private const int MillisecondsOfAllMax = 300_000;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_endWithin = TimeSpan.FromMinutes(4);

    private readonly JournalFiles _journals = new("effects*.log");
    private readonly Dictionary<int, int> _begun = [];
    private int _ended;

    public string Id => id;

    public int Count => count;

    public Death? Death { get; private set; }

    /// <summary>From the request until the store says that the instance has ended.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>From the kill until then.</summary>
    public TimeSpan TookFromDeath { get; private set; }

    /// <param name="asked">The node that is asked to start it.</param>
    /// <param name="victimOf">Who is killed, by the number of the owner; null for nobody.</param>
    /// <exception cref="TimeoutException">It does not end.</exception>
    public async Task RunAsync(NodeSlot asked, Func<long, FanOutNode>? victimOf)
    {
        ReadJournals();
        _ended = 0;
        _begun.Clear();
        await using NpgsqlConnection connection = new(server.Administrator);
        await connection.OpenAsync();
        Stopwatch watch = Stopwatch.StartNew();
        int millisecondsMax = Math.Max(1, MillisecondsOfAllMax / count);
        await asked.TellAsync(string.Create(
            CultureInfo.InvariantCulture, $"{NodeProgram.Start} {id} {count} {millisecondsMax}"));
        Stopwatch sinceDeath = new();
        if (victimOf is not null)
        {
            FanOutNode victim = victimOf(await OwnerAsync(connection, watch));
            object? session = await AskAsync(connection, $"select session from nodes where node = {victim.Number}");
            // Work comes to a node in portions, and between two it has nothing to lose.
            await UntilAsync(watch, () => Task.FromResult(
                ReadJournals() >= count / 2 && (_begun.GetValueOrDefault(victim.Slot.Run) > 0 || _ended >= count)));
            sinceDeath.Start();
            await victim.Slot.KillAsync();
            int ended = ReadJournals();
            await UntilAsync(watch, async () => await AskAsync(
                connection, $"select count(*) from pg_stat_activity where application_name = '{session}'") is 0L);
            Death = Death.Of(victim.Slot.Run, ended, id, server.Administrator);
        }
        await UntilAsync(watch, async () => await AskAsync(
            connection, $"select ended from instances where id = '{id}'") is long);
        (Took, TookFromDeath) = (watch.Elapsed, sinceDeath.Elapsed);
    }

    /// <summary>How many activities have ended; a line that is just being written may be missed.</summary>
    private int ReadJournals()
    {
        foreach (string[] line in _journals.ReadOn(folder))
        {
            int process = int.Parse(line[1], CultureInfo.InvariantCulture);
            _ended += line[0] == "E" ? 1 : 0;
            _begun[process] = _begun.GetValueOrDefault(process) + (line[0] == "S" ? 1 : -1);
        }
        return _ended;
    }

    private async Task<long> OwnerAsync(NpgsqlConnection connection, Stopwatch watch)
    {
        object? owner = null;
        await UntilAsync(watch, async () => (owner = await AskAsync(
            connection,
            $"select p.owner from partitions p join instances i on i.partition = p.id where i.id = '{id}'"))
            is not null);
        return (long)owner!;
    }

    private async Task UntilAsync(Stopwatch watch, Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            if (watch.Elapsed > s_endWithin)
                throw new TimeoutException($"{id}: {_ended} of {count} activities after {watch.Elapsed}.");
            await Task.Delay(s_pause);
        }
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync() is { } answer and not DBNull ? answer : null;
    }
}
