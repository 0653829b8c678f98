using Microsoft.Extensions.Logging;

namespace Perdure.AspNetCore.Telemetry;

/// <summary>Every log line of the HTTP side, in the category <c>Perdure.Http</c>. Event ids are stable.</summary>
internal static partial class Log
{
    public const string Category = "Perdure.Http";

    [LoggerMessage(
        201, LogLevel.Warning,
        "Perdure:Http:UnsafeAllowAnonymous is true: everybody who can reach this host can start, read and delete "
        + "everything in task hub {TaskHub}.")]
    public static partial void Unsafe(this ILogger logger, string taskHub);

    [LoggerMessage(202, LogLevel.Error, "{Method} {Route} failed.")]
    public static partial void RequestFailed(this ILogger logger, string method, string route, Exception exception);

    [LoggerMessage(203, LogLevel.Information, "{Method} {Route} was refused with {Status}: {Reason}")]
    public static partial void RequestRefused(
        this ILogger logger, string method, string route, int status, string? reason);

    [LoggerMessage(
        204, LogLevel.Information,
        "No more orchestrations are started and no more functions called over HTTP: {Caller} drains this host.")]
    public static partial void Draining(this ILogger logger, string? caller);

    [LoggerMessage(
        205, LogLevel.Information,
        "Orchestrations are started and functions called over HTTP again: {Caller} ended the drain.")]
    public static partial void DrainEnded(this ILogger logger, string? caller);

    [LoggerMessage(
        206, LogLevel.Warning,
        "The keys of the authority {Authority} cannot be fetched, so no token of it can be checked: {Detail} The next "
        + "token tries again.")]
    public static partial void AuthorityUnreachable(this ILogger logger, string authority, string detail);
}
