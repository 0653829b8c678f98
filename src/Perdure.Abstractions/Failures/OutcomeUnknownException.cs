namespace Perdure;

/// <summary>
/// The request is stored and will be carried out, but the host stopped before it heard what it came to. Sending it
/// again could do it twice: first ask any other host of the hub for the status of the instance.
/// </summary>
public sealed class OutcomeUnknownException : InvalidOperationException
{
    /// <summary>For the engine, and for tests of code that handles it.</summary>
    /// <param name="message">What is known and what to do.</param>
    public OutcomeUnknownException(string message)
        : base(message)
    {
    }
}
