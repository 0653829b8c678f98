namespace Perdure.Testing;

/// <summary>Processes die: whatever the host had not committed is gone, and another host goes on.</summary>
public sealed partial class TestHub
{
    /// <summary>After so many pieces of work the process dies while the test waits; null for never.</summary>
    private long? _diesAfter;

    /// <summary>How many pieces had run when the test waited for the first time; null before.</summary>
    private long? _waitsFrom;

    /// <summary>How often the process has died.</summary>
    public int Kills { get; private set; }

    /// <summary>
    /// The process dies, as by <c>kill -9</c>, and another one starts on the same hub. Functions that were running are
    /// never heard of again; what they have done outside is done.
    /// </summary>
    public async Task KillAsync()
    {
        _stepsBefore += _scheduler.Steps;
        _scheduler.Kill();
        _clock.Forget();
        Kills++;
        await StartHostAsync();
    }

    /// <summary>
    /// Runs a test once without a kill, and then once for each piece of work that the runtime did while the test waited
    /// for the hub: each time the process dies right behind that piece, and another one goes on. So an assertion that
    /// holds in all of them holds wherever the process may die.
    /// </summary>
    /// <param name="configure">As for <see cref="StartAsync"/>; called for each run.</param>
    /// <param name="test">
    /// The test. It starts what it needs with instance ids of its own choice, waits with
    /// <see cref="WaitForCompletionAsync"/> or the methods that advance, and asserts.
    /// </param>
    /// <returns>How many runs there were.</returns>
    public static async Task<int> KillAtEachStepAsync(Action<TestHubBuilder> configure, Func<TestHub, Task> test)
    {
        ArgumentNullException.ThrowIfNull(test);
        long from, steps;
        await using (TestHub first = await StartAsync(configure))
        {
            await test(first);
            steps = first._stepsBefore + first._scheduler.Steps;
            // What ran before is all behind it when the test waits: to die there once is enough.
            from = first._waitsFrom ?? steps;
        }
        int runs = 1;
        for (long step = from; step <= steps; step++)
        {
            await using TestHub hub = await StartAsync(configure);
            hub._diesAfter = step;
            await test(hub);
            runs++;
            // It has come to its end before: nothing is left to die in.
            if (hub.Kills == 0)
                break;
        }
        return runs;
    }

    /// <summary>Whether the process had to die, and has been started again.</summary>
    private async Task<bool> DiesAsync()
    {
        if (!_scheduler.HasStopped)
            return false;
        _diesAfter = null;
        await KillAsync();
        return true;
    }
}
