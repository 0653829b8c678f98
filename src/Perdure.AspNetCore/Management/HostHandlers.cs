using Microsoft.AspNetCore.Http;
using Perdure.Core.Stores;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of the host: health, drain, and what only matters where several hosts share a hub.</summary>
internal static class HostHandlers
{
    private static readonly TimeSpan StoreDeadline = TimeSpan.FromSeconds(5);

    /// <summary>The process answers.</summary>
    public static Task<Answer> LiveAsync(ManagementCall call) =>
        Task.FromResult(Health(StatusCodes.Status200OK, "live", null));

    /// <summary>The hub has been opened.</summary>
    public static Task<Answer> StartupAsync(ManagementCall call) => Task.FromResult(
        Problem(call, out _) is { } problem
            ? Health(StatusCodes.Status503ServiceUnavailable, "starting", problem)
            : Health(StatusCodes.Status200OK, "started", null));

    /// <summary>New work is welcome here: the hub is open, its store answers, and nobody drains the host.</summary>
    public static async Task<Answer> ReadyAsync(ManagementCall call)
    {
        string? problem = Problem(call, out IStore? store)
            ?? (call.Http.Node.IsStopping ? "The host is stopping." : null)
            ?? (call.Http.Drain.IsOn ? "The host is being drained." : null)
            ?? await StoreProblemAsync(store!, call.Aborted);
        return problem is null
            ? Health(StatusCodes.Status200OK, "ready", null)
            : Health(StatusCodes.Status503ServiceUnavailable, "not ready", problem);
    }

    public static Task<Answer> DrainAsync(ManagementCall call)
    {
        call.Http.Drain.Begin(call.Caller);
        return Task.FromResult(DrainState(call, StatusCodes.Status202Accepted));
    }

    public static Task<Answer> EndDrainAsync(ManagementCall call)
    {
        call.Http.Drain.End(call.Caller);
        return Task.FromResult(DrainState(call, StatusCodes.Status200OK));
    }

    public static Task<Answer> DrainStatusAsync(ManagementCall call) =>
        Task.FromResult(DrainState(call, StatusCodes.Status200OK));

    /// <summary>The process that has opened a hub is the one that serves it, so there is nothing to do.</summary>
    public static Task<Answer> MakePrimaryAsync(ManagementCall call) =>
        Task.FromResult(new Answer(StatusCodes.Status200OK));

    /// <summary>With the names that the Functions host uses.</summary>
    private static Answer DrainState(ManagementCall call, int status)
    {
        bool isOn = call.Http.Drain.IsOn;
        int outstanding = call.Http.Node.Activities.Running + call.Http.Node.Activities.Waiting
            + call.Http.Drain.Calls;
        string state = !isOn ? "Disabled" : outstanding > 0 ? "InProgress" : "Completed";
        return new Answer(status)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("state", state);
                w.WriteNumber("outstandingInvocations", outstanding);
                w.WriteNumber("outstandingRetries", 0);
                w.WriteEndObject();
            },
        };
    }

    private static string? Problem(ManagementCall call, out IStore? store)
    {
        try
        {
            store = call.Http.Node.OpenStore;
            return null;
        }
        catch (InvalidOperationException e)
        {
            store = null;
            return e.Message;
        }
    }

    private static async Task<string?> StoreProblemAsync(IStore store, CancellationToken cancellationToken)
    {
        try
        {
            await store.ReadInstanceAsync("healthz", cancellationToken).AsTask()
                .WaitAsync(StoreDeadline, cancellationToken);
            return null;
        }
        catch (StoreException)
        {
            return "The store cannot be read.";
        }
        catch (TimeoutException)
        {
            return $"The store has not answered within {StoreDeadline.TotalSeconds} seconds.";
        }
    }

    private static Answer Health(int status, string word, string? reason) => new(status)
    {
        Body = w =>
        {
            w.WriteStartObject();
            w.WriteString("status", word);
            if (reason is not null)
                w.WriteString("reason", reason);
            w.WriteEndObject();
        },
    };
}
