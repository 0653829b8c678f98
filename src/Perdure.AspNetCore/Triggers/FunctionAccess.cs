using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Perdure.AspNetCore.Security;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Says who may call a function, from its level.</summary>
internal sealed class FunctionAccess(IAccessControl access, PerdureHttpOptions options)
{
    public ValueTask<AccessResult> AuthorizeAsync(HttpContext context, HttpFunction function)
    {
        switch (function.Level)
        {
            case AuthorizationLevel.Anonymous:
                return new(AccessResult.Allowed("anybody"));
            case AuthorizationLevel.User when context.User.Identity?.IsAuthenticated == true:
                return new(AccessResult.Allowed($"user {context.User.Identity.Name}"));
            case AuthorizationLevel.User or AuthorizationLevel.Function:
                TakeKeyFromQuery(context.Request);
                return AskAsync(context, new(AccessScope.Operate) { FunctionName = function.Name });
            case AuthorizationLevel.System:
                return AskAsync(context, new(AccessScope.Operate));
            case AuthorizationLevel.Admin:
                return AskAsync(context, new(AccessScope.Admin));
            default:
                throw new UnreachableException($"No access for {function.Level}.");
        }
    }

    private ValueTask<AccessResult> AskAsync(HttpContext context, AccessRequest request) =>
        access.AuthorizeAsync(context, request, context.RequestAborted);

    /// <summary>A key in a header is stronger, as it is in Azure Functions.</summary>
    private void TakeKeyFromQuery(HttpRequest request)
    {
        if (options.AcceptKeysInQuery
            && !request.Headers.ContainsKey(AccessControl.KeyHeader)
            && request.Query["code"].ToString() is { Length: > 0 } code)
            request.Headers[AccessControl.KeyHeader] = code;
    }
}
