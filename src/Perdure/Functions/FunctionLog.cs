using Microsoft.Extensions.Logging;

namespace Perdure.Functions;

internal static partial class FunctionLog
{
    [LoggerMessage(
        EventId = 101,
        Level = LogLevel.Warning,
        Message = "Function {Function} does not run, because this host does not serve its trigger [HttpTrigger]. "
            + "Refer to the package Perdure.AspNetCore and call MapPerdure() on the web application.")]
    public static partial void HttpNotServed(ILogger logger, string function);
}
