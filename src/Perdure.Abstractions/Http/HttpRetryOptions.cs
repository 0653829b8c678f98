using System.Net;
using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>
/// When a durable HTTP call that failed is made again. What counts as failed: a time-out, a network failure, and an
/// answer whose status is one of <see cref="StatusCodesToRetry"/>, or any but 2xx when that is empty. When the attempts
/// are used up, the call throws.
/// </summary>
public sealed class HttpRetryOptions
{
    /// <summary>The same wait before every retry, until the other properties are set.</summary>
    /// <param name="firstRetryInterval">The wait before the second attempt; more than zero.</param>
    /// <param name="maxNumberOfAttempts">How many attempts there are in all, the first one included; 1 or more.</param>
    /// <exception cref="ArgumentException">One of the two is out of its range.</exception>
    [JsonConstructor]
    public HttpRetryOptions(TimeSpan firstRetryInterval, int maxNumberOfAttempts) =>
        Policy = new RetryOptions(firstRetryInterval, maxNumberOfAttempts);

    /// <summary>The wait before the second attempt; more than zero.</summary>
    /// <exception cref="ArgumentException">The value is zero or less.</exception>
    public TimeSpan FirstRetryInterval
    {
        get => Policy.FirstRetryInterval;
        set => Policy.FirstRetryInterval = value;
    }

    /// <summary>How many attempts there are in all, the first one included; 1 or more.</summary>
    /// <exception cref="ArgumentException">The value is less than 1.</exception>
    public int MaxNumberOfAttempts
    {
        get => Policy.MaxNumberOfAttempts;
        set => Policy.MaxNumberOfAttempts = value;
    }

    /// <summary>By what each wait is multiplied to get the next one; 1 or more, 1 by default.</summary>
    /// <exception cref="ArgumentException">The value is less than 1, infinite or not a number.</exception>
    public double BackoffCoefficient
    {
        get => Policy.BackoffCoefficient;
        set => Policy.BackoffCoefficient = value;
    }

    /// <summary>The longest wait between two attempts; more than zero, 6 days by default.</summary>
    /// <exception cref="ArgumentException">The value is zero or less.</exception>
    public TimeSpan MaxRetryInterval
    {
        get => Policy.MaxRetryInterval;
        set => Policy.MaxRetryInterval = value;
    }

    /// <summary>
    /// How long after the first attempt began a further one may still be asked for; more than zero, and by default
    /// <see cref="TimeSpan.MaxValue"/>, which is for ever.
    /// </summary>
    /// <exception cref="ArgumentException">The value is zero or less.</exception>
    public TimeSpan RetryTimeout
    {
        get => Policy.RetryTimeout;
        set => Policy.RetryTimeout = value;
    }

    /// <summary>
    /// The statuses that are worth another attempt. Empty, the default, means every status but those from 200 to 299.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public IList<HttpStatusCode> StatusCodesToRetry
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(StatusCodesToRetry));
    } = [];

    internal RetryOptions Policy { get; }

    internal HttpRetryOptions Copy() => new(FirstRetryInterval, MaxNumberOfAttempts)
    {
        BackoffCoefficient = BackoffCoefficient,
        MaxRetryInterval = MaxRetryInterval,
        RetryTimeout = RetryTimeout,
        StatusCodesToRetry = [.. StatusCodesToRetry],
    };

    internal bool Retries(HttpStatusCode status) => StatusCodesToRetry.Count > 0
        ? StatusCodesToRetry.Contains(status)
        : (int)status is < 200 or > 299;
}
