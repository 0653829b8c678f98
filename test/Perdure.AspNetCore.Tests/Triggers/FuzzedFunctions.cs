using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>One function of every kind of parameter and of result; each writes down that it was called.</summary>
public static class FuzzedFunctions
{
    public static ConcurrentDictionary<string, bool> Called { get; } = new();

    public enum Colour
    {
        Red,
        Blue,
    }

    public sealed record Order(
        string Item, decimal Amount, Colour? Colour, Order? Next, List<int>? Numbers, Dictionary<string, object>? More);

    [FunctionName("Request")]
    public static async Task<string> RequestAsync([HttpTrigger] HttpRequest request)
    {
        Enter();
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body);
        return $"{body.Length} {request.GetTypedHeaders().ContentType}";
    }

    [FunctionName("Message")]
    public static async Task<HttpResponseMessage> MessageAsync(
        [HttpTrigger(Route = "Message/{x}")] HttpRequestMessage request)
    {
        Enter();
        byte[] body = await request.Content!.ReadAsByteArrayAsync();
        return new(HttpStatusCode.Accepted) { RequestMessage = request, Content = new ByteArrayContent(body) };
    }

    [FunctionName("Text")]
    public static string Text([HttpTrigger] string text) => Note(text);

    [FunctionName("Bytes")]
    public static IActionResult Bytes([HttpTrigger("post")] byte[] bytes) =>
        Note(new FileContentResult(bytes, "application/octet-stream") { EnableRangeProcessing = true });

    [FunctionName("Stream")]
    public static async Task<Stream> StreamAsync([HttpTrigger("post", "put")] Stream body, CancellationToken token)
    {
        Enter();
        MemoryStream copy = new();
        await body.CopyToAsync(copy, token);
        copy.Position = 0;
        return copy;
    }

    [FunctionName("Order")]
    public static Order Buy([HttpTrigger("post")] Order order) => Note(order);

    [FunctionName("MayOrder")]
    public static ActionResult<Order?> MayBuy([HttpTrigger("post")] Order? order) =>
        Note<ActionResult<Order?>>(order is null ? new NoContentResult() : order);

    [FunctionName("Json")]
    public static IActionResult Json([HttpTrigger("post")] JsonElement json) => Note(new OkObjectResult(json));

    [FunctionName("Numbers")]
    public static ValueTask<double[]> Numbers([HttpTrigger] double[]? numbers) => new(Note(numbers ?? []));

    [FunctionName("Parts")]
    public static object Parts(
        [HttpTrigger("get", Route = "Parts/{id}/{key}/{colour?}")] HttpRequest _, int id, Guid key, Colour? colour) =>
        Note(new { id, key, colour });

    [FunctionName("Times")]
    public static (DateTime, DateTimeOffset, string) Times(
        [HttpTrigger("get", Route = "Times/{when}/{at=2020-01-01}")] HttpRequest _, DateTime when, DateTimeOffset at,
        ClaimsPrincipal user) => Note((when, at, user.Identity?.Name ?? ""));

    [FunctionName("Rest")]
    public static IResult Rest([HttpTrigger("get", "head", Route = "Rest/{*path}")] HttpRequest _, string path) =>
        Note(Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(path), enableRangeProcessing: true));

    [FunctionName("Query")]
    public static string Query(
        [HttpTrigger] HttpRequest _, string? text, int? whole, long? large, double? number, decimal? money, bool? yes,
        Guid? key, DateTime? when, DateOnly? day, TimeSpan? time, Colour? colour, char? letter,
        IPAddress? address = null, int top = 1) =>
        Note($"{text}{whole}{large}{number}{money}{yes}{key}{when}{day}{time}{colour}{letter}{address}{top}");

    [FunctionName("Needs")]
    public static int Needs([HttpTrigger] string body, ushort number, ILogger log)
    {
        log.LogTrace("{Length}", body.Length);
        return Note(number);
    }

    [FunctionName("Nothing")]
    public static async Task NothingAsync([HttpTrigger] int? number)
    {
        Note(number);
        await Task.Yield();
    }

    [FunctionName("Void")]
    public static void Void([HttpTrigger] HttpRequest request) => Note(request);

    [FunctionName("Throws")]
    public static string Throws([HttpTrigger] HttpRequest request) =>
        throw new InvalidOperationException(Note($"meant: {request.Path}"));

    private static void Enter([CallerMemberName] string function = "") => Called[function] = true;

    private static T Note<T>(T result, [CallerMemberName] string function = "")
    {
        Called[function] = true;
        return result;
    }
}
