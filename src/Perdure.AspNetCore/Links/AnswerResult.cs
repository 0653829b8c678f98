using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Links;

/// <summary>An answer of the management API as a result of a controller, a minimal API or a function.</summary>
internal sealed class AnswerResult(Answer answer) : IActionResult, IResult
{
    public Task ExecuteResultAsync(ActionContext context) => ExecuteAsync(context.HttpContext);

    public Task ExecuteAsync(HttpContext httpContext) => AnswerWriter.WriteAsync(httpContext, answer);

    /// <summary>For those who answer with a message of the client library.</summary>
    public static HttpResponseMessage Message(Answer answer, HttpRequestMessage request)
    {
        HttpResponseMessage message = new((System.Net.HttpStatusCode)answer.Status) { RequestMessage = request };
        foreach ((string name, string value) in answer.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (answer.Body is { } body)
        {
            message.Content = new ByteArrayContent(AnswerWriter.ToBytes(body));
            message.Content.Headers.TryAddWithoutValidation("Content-Type", AnswerWriter.ContentType);
        }
        return message;
    }
}
