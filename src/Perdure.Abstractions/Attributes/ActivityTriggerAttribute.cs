namespace Perdure;

/// <summary>
/// Makes the function an activity: ordinary code that may do anything, and that runs at least once for every call. The
/// parameter is an <see cref="IDurableActivityContext"/>, or any type that the JSON of the input fits.
/// </summary>
/// <remarks>
/// An activity has one input; several values travel as a tuple, a record or an array. It may run again after a crash,
/// even though it had finished: <see cref="IDurableActivityContext.IdempotencyKey"/> helps to make that harmless.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : Attribute
{
    /// <summary>The name of the activity, stronger than <see cref="FunctionNameAttribute"/>; null by default.</summary>
    public string? Activity { get; set; }
}
