namespace Perdure;

/// <summary>
/// A value does not become JSON, the JSON is over the limit of the host, or stored JSON does not fit the type that is
/// asked for. The message names the function, the type and, instead of the content, what kind of JSON is stored.
/// </summary>
public sealed class PayloadException : Exception
{
    /// <summary>For the engine, and for tests of code that handles it.</summary>
    /// <param name="message">What went wrong with which value of which function.</param>
    /// <param name="functionName">The function (or event) whose value it is.</param>
    /// <param name="payloadType">The type that was to be written or read.</param>
    /// <param name="innerException">What the JSON serializer said, if it was its doing.</param>
    public PayloadException(string message, string functionName, Type payloadType, Exception? innerException = null)
        : base(message, innerException)
    {
        FunctionName = functionName;
        PayloadType = payloadType;
    }

    /// <summary>The function (or event) whose value it is.</summary>
    public string FunctionName { get; }

    /// <summary>The type that was to be written or read.</summary>
    public Type PayloadType { get; }
}
