using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Perdure.AspNetCore.Limits;
using Perdure.AspNetCore.Links;

namespace Perdure.AspNetCore.Security;

/// <summary>
/// Keys, tokens and links; or this machine only, as long as nothing is configured. Keys are taken from headers alone,
/// because addresses end up in logs; a <c>code</c> in an address is a link to one instance and nothing more.
/// </summary>
internal sealed class AccessControl(
    PerdureHttpOptions options, KnownCredentials known, InstanceLinks links, LocalConnections local, RateLimits limits)
    : IAccessControl
{
    public const string KeyHeader = "x-functions-key";
    private const string Bearer = "Bearer ";

    private bool IsConfigured => options.Keys.Count > 0 || known.Tokens is not null;

    public async ValueTask<AccessResult> AuthorizeAsync(
        HttpContext context, AccessRequest request, CancellationToken cancellationToken)
    {
        if (!limits.MayTry(context))
            return TooMany("This address has shown wrong credentials too often. Wait a moment.");
        AccessResult result = await DecideAsync(context, request);
        if (result.StatusCode == StatusCodes.Status401Unauthorized)
            limits.CountFailure(context);
        return result.IsAllowed && !limits.Take(result.Caller!)
            ? TooMany($"There are more than {options.RequestsPerSecond} requests in a second. Wait a moment.")
            : result;
    }

    private async ValueTask<AccessResult> DecideAsync(HttpContext context, AccessRequest request)
    {
        if (options.UnsafeAllowAnonymous)
            return AccessResult.Allowed($"anonymous {context.Connection.RemoteIpAddress}");
        if (!IsConfigured)
            return local.Problem(context) is { } problem
                ? AccessResult.Forbidden(problem)
                : AccessResult.Allowed("local");

        IHeaderDictionary headers = context.Request.Headers;
        if (headers[KeyHeader].ToString() is { Length: > 0 } key)
            return await JudgeAsync(key, request);
        string authorization = headers[HeaderNames.Authorization].ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return await JudgeAsync(authorization[Bearer.Length..].Trim(), request);
        if (context.Request.Query["code"].ToString() is { Length: > 0 } code)
            return JudgeLink(code, request);
        return AccessResult.Unauthenticated(
            $"The request has no credentials. Send a key in the header {KeyHeader}, or a key or token after 'Bearer' "
            + "in the header Authorization.");
    }

    private async ValueTask<AccessResult> JudgeAsync(string shown, AccessRequest request)
    {
        if (known.Keys.Find(shown) is { } key)
            return JudgeKey(key, request);
        if (InstanceLinks.LooksLikeOne(shown))
            return JudgeLink(shown, request);
        if (known.Tokens is not { } tokens || !JwtTokens.LooksLikeOne(shown))
            return AccessResult.Unauthenticated("The key is not known to this task hub.");
        (string? caller, AccessScope? scope, AccessResult? refusal) = await tokens.ReadAsync(shown);
        if (refusal is not null)
            return refusal;
        return scope >= request.Scope
            ? AccessResult.Allowed($"token {caller}", string.IsNullOrWhiteSpace(caller) ? null : caller)
            : AccessResult.Forbidden(
                $"The token has {(scope is { } s ? $"the scope perdure.{Name(s)}" : "no scope of Perdure")}; this "
                + $"needs perdure.{Name(request.Scope)}.", caller);
    }

    private static AccessResult JudgeKey(PerdureHttpKey key, AccessRequest request)
    {
        string caller = $"key {key.Name}";
        if (key.Functions.Count > 0)
            return request.FunctionName is { } function
                && key.Functions.Contains(function, StringComparer.OrdinalIgnoreCase)
                    ? AccessResult.Allowed(caller, key.Name)
                    : AccessResult.Forbidden($"The key '{key.Name}' is for other functions only.", caller);
        return key.Scope >= request.Scope
            ? AccessResult.Allowed(caller, key.Name)
            : AccessResult.Forbidden(
                $"The key '{key.Name}' has the scope {Name(key.Scope)}; this needs {Name(request.Scope)}.", caller);
    }

    private AccessResult JudgeLink(string code, AccessRequest request)
    {
        if (!InstanceLinks.LooksLikeOne(code))
            return AccessResult.Unauthenticated(
                $"The code is not a link to an instance. Keys are sent in the header {KeyHeader}, not in addresses.");
        if (!request.AcceptsLink || request.InstanceId is not { } id)
            return AccessResult.Forbidden(
                "A link is good for the addresses that its answer listed, and for no others.");
        return links.Check(code, id) switch
        {
            LinkState.Valid => AccessResult.Allowed($"link {id}"),
            LinkState.Expired => AccessResult.Unauthenticated("The link has expired. Ask with a key for a new one."),
            _ => AccessResult.Unauthenticated("The code is not that of this instance."),
        };
    }

    private static AccessResult TooMany(string reason) => new(StatusCodes.Status429TooManyRequests, reason, null);

    private static string Name(AccessScope scope) => scope.ToString().ToLowerInvariant();
}
