namespace Perdure;

/// <summary>
/// A function that an orchestration called has failed. What the function threw is told as data in
/// <see cref="Failure"/>; the exception itself is never revived, because no type is chosen by stored data.
/// </summary>
public sealed class FunctionFailedException : Exception
{
    /// <summary>For the engine, and for tests of code that handles failures.</summary>
    /// <param name="message">Which function failed, and why.</param>
    /// <param name="failure">What the function threw.</param>
    public FunctionFailedException(string message, FailureDetails failure) : base(message)
    {
        ArgumentNullException.ThrowIfNull(failure);
        Failure = failure;
    }

    /// <summary>What the function threw: type, message, stack trace and inner exceptions.</summary>
    public FailureDetails Failure { get; }
}
