using Perdure.Json;
using Perdure.Runtime;
using Perdure.Runtime.Queues;

namespace Perdure.Execution;

/// <summary>What an activity function sees of its call.</summary>
internal sealed class ActivityCallContext(ActivityWork work, PayloadSerializer serializer) : DurableActivityContext
{
    /// <summary>Of the function of a queue: the message.</summary>
    public Delivery Delivery => work.Delivery!;

    public string Name => work.Call.Name;

    public string InstanceId => work.Source.Id;

    public int Attempt => work.Call.Attempt;

    public bool MayHaveRunBefore => work.MayHaveRunBefore;

    public string IdempotencyKey => work.IdempotencyKey;

    public CancellationToken CancellationToken => work.CancellationToken;

    public T GetInput<T>() =>
        serializer.Deserialize<T>(work.Call.Input, new PayloadPlace(PayloadRole.ActivityInput, work.Call.Name));
}
