using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Security;

/// <summary>Decides who may do what. Everything that is served asks it first.</summary>
internal interface IAccessControl
{
    /// <summary>
    /// Looks at the connection and the credentials of a request; it reads no body and writes nothing.
    /// </summary>
    ValueTask<AccessResult> AuthorizeAsync(
        HttpContext context, AccessRequest request, CancellationToken cancellationToken);
}
