using Perdure.Core.History;
using Perdure.Json;

namespace Perdure.Tests.Functions;

internal sealed class ActivityContext(string name, Payload input) : DurableActivityContext
{
    public string Name => name;

    public string InstanceId => "test-1";

    public int Attempt { get; init; } = 1;

    public bool MayHaveRunBefore => false;

    public string IdempotencyKey => "execution:0";

    public CancellationToken CancellationToken { get; init; }

    public T GetInput<T>() => new PayloadSerializer().Deserialize<T>(input, new(PayloadRole.ActivityInput, name));
}
