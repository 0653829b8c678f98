namespace Perdure;

/// <summary>
/// Says that an event is hopeless: a function that throws it has the event put aside at once, without further retries.
/// </summary>
public sealed class DeadLetterException : Exception
{
    /// <summary>Without a reason.</summary>
    public DeadLetterException()
        : base("The function has rejected the event.")
    {
    }

    /// <summary>With a reason.</summary>
    /// <param name="reason">Why the event is hopeless, for who looks at the dead letter.</param>
    public DeadLetterException(string reason)
        : base(reason)
    {
    }

    /// <summary>With a reason and a cause.</summary>
    /// <param name="reason">Why the event is hopeless, for who looks at the dead letter.</param>
    /// <param name="innerException">What went wrong.</param>
    public DeadLetterException(string reason, Exception? innerException)
        : base(reason, innerException)
    {
    }
}
