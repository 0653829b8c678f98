using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Limits;

/// <summary>
/// A bucket of tokens for each caller, and a small one for each address that shows credentials that are not good, so
/// that guessing is slow and costs little. The task hub is that of the host.
/// </summary>
internal sealed class RateLimits(int requestsPerSecond) : IDisposable
{
    private const int FailuresPerSecond = 10;
    private const int FailuresAtOnce = 200;

    private readonly PartitionedRateLimiter<string> _callers = Buckets(requestsPerSecond, 2 * requestsPerSecond);
    private readonly PartitionedRateLimiter<string> _failures = Buckets(FailuresPerSecond, FailuresAtOnce);

    /// <summary>Whether credentials from there are looked at at all.</summary>
    public bool MayTry(HttpContext context) =>
        _failures.GetStatistics(AddressOf(context)) is not { CurrentAvailablePermits: < 1 };

    public void CountFailure(HttpContext context) => _failures.AttemptAcquire(AddressOf(context)).Dispose();

    public bool Take(string caller)
    {
        using RateLimitLease lease = _callers.AttemptAcquire(caller);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _callers.Dispose();
        _failures.Dispose();
    }

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    private static PartitionedRateLimiter<string> Buckets(int perSecond, int atOnce) =>
        PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(
            caller,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = atOnce,
                TokensPerPeriod = Math.Max(1, perSecond / 10),
                ReplenishmentPeriod = perSecond < 10
                    ? TimeSpan.FromSeconds(1d / perSecond)
                    : TimeSpan.FromMilliseconds(100),
                QueueLimit = 0,
                AutoReplenishment = true,
            }));
}
