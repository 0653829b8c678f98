using System.Diagnostics;

namespace Perdure.Json;

internal enum PayloadRole
{
    ActivityInput,
    ActivityResult,
    OrchestrationInput,
    OrchestrationOutput,
    CustomStatus,
    EventData,
}

/// <summary>Whose value a payload is. It becomes text only when something is wrong with it.</summary>
/// <param name="Role">What the payload is to its owner.</param>
/// <param name="Name">The function, or the event.</param>
internal readonly record struct PayloadPlace(PayloadRole Role, string Name)
{
    public override string ToString() => Role switch
    {
        PayloadRole.ActivityInput => $"the input of activity '{Name}'",
        PayloadRole.ActivityResult => $"the result of activity '{Name}'",
        PayloadRole.OrchestrationInput => $"the input of orchestration '{Name}'",
        PayloadRole.OrchestrationOutput => $"the output of orchestration '{Name}'",
        PayloadRole.CustomStatus => $"the custom status of orchestration '{Name}'",
        PayloadRole.EventData => $"the data of event '{Name}'",
        _ => throw new UnreachableException($"No text for {Role}."),
    };
}
