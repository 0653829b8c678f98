namespace Perdure.AspNetCore.Management;

/// <summary>
/// Something about a request that its handler found while it read it. It ends the handler; the message is the answer.
/// </summary>
internal sealed class RequestRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
