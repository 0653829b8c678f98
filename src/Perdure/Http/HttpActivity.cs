using System.Net.Http;
using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Http;

/// <summary>
/// The activity that makes the requests of durable HTTP calls. It runs as every other does, so a request has its place
/// in the history, is made again after a crash, and is seen in logs and traces. No function of a user can have its
/// name, because names of functions have no colon.
/// </summary>
internal sealed class HttpActivity(HttpSender sender, PayloadSerializer serializer, int limit)
{
    public const string Name = "BuiltIn::HttpActivity";

    public ActivityFunction Function(IServiceProvider services) => new(
        Name, timeout: null, concurrency: null, new FunctionTarget(services, null, takesServices: false), RunAsync)
    {
        IsBuiltIn = true,
    };

    private async ValueTask<Payload> RunAsync(ActivityCall call)
    {
        PayloadPlace input = new(PayloadRole.ActivityInput, Name);
        DurableHttpRequest request = serializer.Deserialize<DurableHttpRequest?>(call.Input, input)
            ?? throw new HttpRefusedException($"The activity '{Name}' was called without a request.");
        DurableHttpResponse response = await sender.SendAsync(request, call.Context.CancellationToken);
        try
        {
            return serializer.Serialize(response, new PayloadPlace(PayloadRole.ActivityResult, Name));
        }
        catch (PayloadException)
        {
            // Within the limit as bytes, beyond it as JSON.
            throw HttpAnswers.TooLarge(HttpRequests.Named(request.Method, request.Uri), limit);
        }
    }
}
