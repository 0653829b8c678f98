using System.Globalization;
using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>
/// The requests of this node that another one answers. They are looked up when the answer is announced, and now and
/// then in case that was not heard.
/// </summary>
internal sealed class RemoteOutcomes(Node node) : IDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Request> _waiting = new(StringComparer.Ordinal);
    private TaskCompletionSource? _answered;
    private TimeSpan _pause = s_firstPause;
    private bool _isLooking;
    private bool _isClosed;

    public void Wait(string id, Request request)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                request.Fail(Unknown());
                return;
            }
            _waiting.Add(id, request);
            _pause = s_firstPause;
            if (_isLooking)
                return;
            _isLooking = true;
        }
        _ = LookAsync();
    }

    /// <summary>Another node has announced an answer.</summary>
    public void LookNow()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return;
        }
        _ = LookOnceAsync();
    }

    /// <summary>A turn on this node has answered.</summary>
    public void Answer(OutcomeRow outcome)
    {
        Request? request;
        lock (_gate)
        {
            _waiting.Remove(outcome.Id, out request);
            if (_waiting.Count == 0)
                _answered?.TrySetResult();
        }
        request?.Answer(outcome.Outcome);
    }

    /// <summary>The node whose request it is.</summary>
    public static long NodeOf(string id) =>
        long.Parse(id.AsSpan(0, id.IndexOf('.', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    /// <summary>Whoever still waits is told that nobody will look any more.</summary>
    public void Dispose()
    {
        Request[] left;
        lock (_gate)
        {
            _isClosed = true;
            left = [.. _waiting.Values];
            _waiting.Clear();
        }
        foreach (Request request in left)
            request.Fail(Unknown());
    }

    /// <summary>Completes when nobody waits any more; meant for a node that asks nothing more.</summary>
    public Task WhenAnsweredAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return Task.CompletedTask;
            _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _answered.Task;
        }
    }

    private static OutcomeUnknownException Unknown() =>
        new("The host stopped before it heard what the request came to. The request is stored and will be carried "
            + "out; ask another host for the status of the instance before sending it again.");

    private async Task LookAsync()
    {
        while (true)
        {
            TimeSpan pause;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isLooking = false;
                    return;
                }
                pause = _pause;
                _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
            }
            await Task.Delay(pause, node.Time);
            await LookOnceAsync();
        }
    }

    private async Task LookOnceAsync()
    {
        string[] ids;
        lock (_gate)
            ids = [.. _waiting.Keys];
        try
        {
            foreach (OutcomeRow outcome in await node.Store.ReadOutcomesAsync(ids, CancellationToken.None))
                Answer(outcome);
        }
#pragma warning disable CA1031 // Whatever it was, it is looked again; who waits must not be forgotten.
        catch (Exception e)
#pragma warning restore CA1031
        {
            node.Logger.RoundFailed(e);
        }
    }
}
