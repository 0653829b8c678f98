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
    OperationInput,
    OperationResult,
    EntityState,
    QueueMessage,
    StreamEvent,
    TimerResult,
}

/// <summary>Whose value a payload is. It becomes text only when something is wrong with it.</summary>
/// <param name="Role">What the payload is to its owner.</param>
/// <param name="Name">The function, or the event.</param>
/// <param name="Operation">The operation, where the function is an entity.</param>
internal readonly record struct PayloadPlace(PayloadRole Role, string Name, string? Operation = null)
{
    public override string ToString() => Role switch
    {
        PayloadRole.ActivityInput => $"the input of activity '{Name}'",
        PayloadRole.ActivityResult => $"the result of activity '{Name}'",
        PayloadRole.OrchestrationInput => $"the input of orchestration '{Name}'",
        PayloadRole.OrchestrationOutput => $"the output of orchestration '{Name}'",
        PayloadRole.CustomStatus => $"the custom status of orchestration '{Name}'",
        PayloadRole.EventData => $"the data of event '{Name}'",
        PayloadRole.OperationInput => $"the input of operation '{Operation}' of entity '{Name}'",
        PayloadRole.OperationResult => $"the result of operation '{Operation}' of entity '{Name}'",
        PayloadRole.QueueMessage => $"a message of queue '{Name}'",
        PayloadRole.StreamEvent => $"an event of stream '{Name}'",
        PayloadRole.TimerResult => $"the result of timer '{Name}'",
        PayloadRole.EntityState => $"the state of entity '{Name}'",
        _ => throw new UnreachableException($"No text for {Role}."),
    };
}
