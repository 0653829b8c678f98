namespace Perdure;

/// <summary>
/// When a call that failed is made again: after <see cref="FirstRetryInterval"/>, and then after waits that grow by
/// <see cref="BackoffCoefficient"/> up to <see cref="MaxRetryInterval"/>, until <see cref="MaxNumberOfAttempts"/> or
/// <see cref="RetryTimeout"/> is reached or <see cref="Handle"/> says no.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>The same wait before every retry, until the other properties are set.</summary>
    /// <param name="firstRetryInterval">The wait before the second attempt; more than zero.</param>
    /// <param name="maxNumberOfAttempts">How many attempts there are in all, the first one included; 1 or more.</param>
    /// <exception cref="ArgumentException">One of the two is out of its range.</exception>
    public RetryOptions(TimeSpan firstRetryInterval, int maxNumberOfAttempts)
    {
        FirstRetryInterval = firstRetryInterval;
        MaxNumberOfAttempts = maxNumberOfAttempts;
    }

    /// <summary>The wait before the second attempt; more than zero.</summary>
    /// <exception cref="ArgumentException">The value is zero or less.</exception>
    public TimeSpan FirstRetryInterval
    {
        get;
        set => field = Positive(value, nameof(FirstRetryInterval));
    }

    /// <summary>How many attempts there are in all, the first one included; 1 or more.</summary>
    /// <exception cref="ArgumentException">The value is less than 1.</exception>
    public int MaxNumberOfAttempts
    {
        get;
        set => field = value >= 1 ? value : throw OutOfRange(nameof(MaxNumberOfAttempts), value, "1 or more");
    }

    /// <summary>By what each wait is multiplied to get the next one; 1 or more, 1 by default.</summary>
    /// <exception cref="ArgumentException">The value is less than 1, infinite or not a number.</exception>
    public double BackoffCoefficient
    {
        get;
        set => field = value >= 1 && double.IsFinite(value)
            ? value
            : throw OutOfRange(nameof(BackoffCoefficient), value, "a finite number of 1 or more");
    } = 1;

    /// <summary>The longest wait between two attempts; more than zero, 6 days by default.</summary>
    /// <exception cref="ArgumentException">The value is zero or less.</exception>
    public TimeSpan MaxRetryInterval
    {
        get;
        set => field = Positive(value, nameof(MaxRetryInterval));
    } = TimeSpan.FromDays(6);

    /// <summary>
    /// How long after the first attempt began a further one may still be asked for; more than zero, and by default
    /// <see cref="TimeSpan.MaxValue"/>, which is for ever. An attempt that is running is not cut short.
    /// </summary>
    /// <exception cref="ArgumentException">The value is zero or less.</exception>
    public TimeSpan RetryTimeout
    {
        get;
        set => field = Positive(value, nameof(RetryTimeout));
    } = TimeSpan.MaxValue;

    /// <summary>
    /// Whether a failure is worth another attempt; always, by default. It receives the
    /// <see cref="FunctionFailedException"/> that the caller would see. It is code of the orchestration and so must be
    /// deterministic; if it throws, the call is not retried.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public Func<Exception, bool> Handle
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(Handle));
    } = static _ => true;

    private static TimeSpan Positive(TimeSpan value, string name) =>
        value > TimeSpan.Zero ? value : throw OutOfRange(name, value, "more than zero");

    private static ArgumentOutOfRangeException OutOfRange(string name, object value, string range) =>
        new(name, value, $"{name} must be {range}.");
}
