using Microsoft.Extensions.Logging;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Every log line of HTTP functions, in the category <c>Perdure.Http</c>. Event ids are stable.</summary>
internal static partial class TriggerLog
{
    [LoggerMessage(240, LogLevel.Information, "Function {Function} is served at {Route} for {Methods}.")]
    public static partial void Served(ILogger logger, string function, string? route, string methods);

    [LoggerMessage(241, LogLevel.Information, "A call of function {Function} was refused with {Status}: {Reason}")]
    public static partial void Refused(ILogger logger, string function, int status, string reason);

    [LoggerMessage(242, LogLevel.Error, "Function {Function} failed.")]
    public static partial void Failed(ILogger logger, string function, Exception exception);
}
