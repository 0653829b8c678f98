using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Security;

/// <summary>What holds as long as nothing is configured: connections of this machine, and nobody else.</summary>
internal sealed class LocalOnly : IAccessControl
{
    public ValueTask<AccessResult> AuthorizeAsync(
        HttpContext context, AccessRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            context.Connection.RemoteIpAddress is { } remote && System.Net.IPAddress.IsLoopback(remote)
                ? AccessResult.Allowed("local")
                : AccessResult.Forbidden("Only this machine is served until keys or tokens are configured."));
}
