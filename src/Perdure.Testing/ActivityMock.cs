using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Testing;

/// <summary>An activity that a test has put in the place of the real one.</summary>
internal sealed class ActivityMock(string name, Func<PayloadSerializer, ActivityCall, Task<Payload>> run)
{
    public string Name => name;

    public static ActivityMock Of<TInput, TResult>(string name, Func<TInput, Task<TResult>> run) =>
        new(name, async (serializer, call) =>
        {
            TInput input = serializer.Deserialize<TInput>(
                call.Input, new PayloadPlace(PayloadRole.ActivityInput, name));
            return serializer.Serialize(await run(input), new PayloadPlace(PayloadRole.ActivityResult, name));
        });

    public ActivityFunction Function(PayloadSerializer serializer, IServiceProvider services) => new(
        name, timeout: null, concurrency: null, new FunctionTarget(services, null, takesServices: false),
        call => new ValueTask<Payload>(run(serializer, call)));
}
