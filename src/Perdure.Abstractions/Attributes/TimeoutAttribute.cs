namespace Perdure;

/// <summary>
/// Limits how long one run of an activity may take. When the time is over, its <see cref="CancellationToken"/> is
/// cancelled and the run counts as failed with a <see cref="TimeoutException"/>; what it does after that is ignored.
/// </summary>
/// <remarks>
/// Without this attribute an activity may run for ever. The value is checked when the host starts. An orchestration
/// cannot have it: its code only runs for moments between two awaits.
/// </remarks>
/// <param name="timeout">
/// The longest run, as <c>hh:mm:ss</c> or any other constant format of <see cref="TimeSpan"/>; more than zero.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TimeoutAttribute(string timeout) : Attribute
{
    /// <summary>The longest run, as it was written.</summary>
    public string Timeout { get; } = timeout;
}
