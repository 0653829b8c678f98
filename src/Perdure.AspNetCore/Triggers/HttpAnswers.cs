using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Perdure.AspNetCore.Management;
using Perdure.Json;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Answers a request with what a function returned.</summary>
internal sealed class HttpAnswers(ActionResultServices services)
{
    /// <summary>
    /// As values of users travel everywhere, but with names in camel case, as answers of Azure Functions and of
    /// ASP.NET Core have them.
    /// </summary>
    public static JsonSerializerOptions Json { get; } = CreateOptions();

    /// <param name="context">The request.</param>
    /// <param name="value">What the function returned, or <see cref="HttpResults.None"/>.</param>
    /// <param name="declared">What its method says that it returns; null when nothing.</param>
    public Task WriteAsync(HttpContext context, object? value, Type? declared)
    {
        if (value is IConvertToActionResult convertible)
            value = convertible.Convert();
        if (value is null || value == HttpResults.None)
            return NothingAsync(context.Response);
        return value switch
        {
            IResult result => result.ExecuteAsync(context),
            IActionResult result => ExecuteAsync(context, result),
            HttpResponseMessage message => ResponseMessages.WriteAsync(context, message),
            string text => BytesAsync(context, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text)),
            Stream stream => StreamAsync(context, stream),
            _ => JsonAsync(context, value, declared ?? typeof(object)),
        };
    }

    /// <summary>The function may have answered by itself; otherwise there is no content.</summary>
    private static Task NothingAsync(HttpResponse response)
    {
        if (response is { HasStarted: false, StatusCode: StatusCodes.Status200OK, ContentLength: null })
            response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task ExecuteAsync(HttpContext context, IActionResult result)
    {
        IServiceProvider own = context.RequestServices;
        context.RequestServices = services.For(own);
        try
        {
            await result.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()));
        }
        finally
        {
            context.RequestServices = own;
        }
    }

    private static async Task StreamAsync(HttpContext context, Stream stream)
    {
        await using Stream owned = stream;
        context.Response.ContentType ??= "application/octet-stream";
        if (stream.CanSeek)
            context.Response.ContentLength = stream.Length - stream.Position;
        if (!HttpMethods.IsHead(context.Request.Method))
            await stream.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>
    /// Written to memory first, so that a value that cannot be JSON is an error and not half an answer.
    /// </summary>
    private static Task JsonAsync(HttpContext context, object value, Type declared)
    {
        JsonTypeInfo contract = Json.GetTypeInfo(declared);
        return BytesAsync(
            context, AnswerWriter.ContentType, JsonSerializer.SerializeToUtf8Bytes(value, contract));
    }

    private static async Task BytesAsync(HttpContext context, string contentType, byte[] body)
    {
        HttpResponse response = context.Response;
        response.ContentType ??= contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static JsonSerializerOptions CreateOptions()
    {
        JsonSerializerOptions options =
            new(JsonContract.Options) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        options.MakeReadOnly();
        return options;
    }
}
