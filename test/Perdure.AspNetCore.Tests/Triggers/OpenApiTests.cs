using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>The OpenAPI document tells of the functions of the program as well.</summary>
public sealed class OpenApiTests
{
    private const string Document = App.Api + "/openapi.json";
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    [Fact]
    public async Task The_paths_of_functions_are_the_ones_that_were_approved()
    {
        await using Site site = await Site.StartAsync(typeof(Shop), o => o.AcceptKeysInQuery = true);
        JsonElement document = await DocumentAsync(site, Document);

        Dictionary<string, JsonElement> paths = document.GetProperty("paths").EnumerateObject()
            .Where(p => p.Name.StartsWith("/api", StringComparison.Ordinal)).ToDictionary(p => p.Name, p => p.Value);
        string actual = JsonSerializer.Serialize(paths, s_indented) + "\n";
        string file = Path.Combine(Folder(), "functions.openapi.approved.json");
        if (Environment.GetEnvironmentVariable("PERDURE_APPROVE") == "1")
            await File.WriteAllTextAsync(file, actual);
        actual.ShouldBe(await File.ReadAllTextAsync(file, Encoding.UTF8));
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_and_every_part_of_a_path_its_parameter()
    {
        await using Site site = await Site.StartAsync(typeof(Shop));
        JsonElement document = await DocumentAsync(site, Document);

        List<string> names = [];
        HashSet<string> schemes = [.. document.GetProperty("components").GetProperty("securitySchemes")
            .EnumerateObject().Select(s => s.Name)];
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                names.Add(operation.Value.GetProperty("operationId").GetString()!);
                string[] parts = [.. operation.Value.GetProperty("parameters").EnumerateArray()
                    .Where(p => p.GetProperty("in").GetString() == "path")
                    .Select(p => $"{{{p.GetProperty("name").GetString()}}}")];
                path.Name.Count(c => c == '{').ShouldBe(parts.Length, path.Name);
                parts.ShouldAllBe(p => path.Name.Contains(p, StringComparison.Ordinal));
                operation.Value.GetProperty("responses").EnumerateObject().ShouldNotBeEmpty();
                operation.Value.GetProperty("security").EnumerateArray()
                    .SelectMany(s => s.EnumerateObject()).ShouldAllBe(s => schemes.Contains(s.Name));
            }
        }
        names.ShouldBeUnique();
        names.ShouldContain("Drain_2");
        document.TryGetProperty("servers", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_stands_before_every_path_is_the_server()
    {
        await using App app = await App.StartAsync(
            map: a => { Microsoft.AspNetCore.Builder.UsePathBaseExtensions.UsePathBase(a, "/base"); }, prefix: "ops/");
        Reply reply = await app.GetAsync("/base/ops" + Document);
        reply.Json.GetProperty("servers")[0].GetProperty("url").GetString().ShouldBe("/base/ops");
        reply.Json.GetProperty("paths").TryGetProperty(App.Api + "/instances", out _).ShouldBeTrue();
    }

    private static async Task<JsonElement> DocumentAsync(Site site, string path)
    {
        string answer = await site.AskAsync("GET", path);
        answer.ShouldStartWith("200 ");
        return JsonElement.Parse(answer["200 ".Length..]);
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    public enum Colour
    {
        Red,
        Blue,
    }

    /// <summary>With what schemas find hard: itself, what may be null, what may be anything, numbers by name.</summary>
    public sealed record Order(
        string Item, int Amount, double Weight, Colour? Colour, string? Note, IReadOnlyList<Order>? Parts,
        Dictionary<string, DateTimeOffset> Times, JsonElement Rest);

    public static class Shop
    {
        [FunctionName("PlaceOrder")]
        public static IActionResult Place([HttpTrigger("post", Route = "orders")] Order order) =>
            new OkObjectResult(order);

        [FunctionName("ListOrders")]
        public static Order[] List(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders")] HttpRequest _, Guid customer,
            DateTime? since, Colour? colour, long top = 20) => throw new NotSupportedException($"{customer}{since}"
                + $"{colour}{top}");

        [FunctionName("GetOrder")]
        public static Task<Order?> GetAsync(
            [HttpTrigger(AuthorizationLevel.Admin, "get", Route = "orders/{id:int}/{part?}")] HttpRequest _, int id,
            string? part) => Task.FromResult<Order?>(id == 0 ? null : throw new NotSupportedException(part));

        [FunctionName("GetOrderByKey")]
        public static string ByKey(
            [HttpTrigger(AuthorizationLevel.System, "get", Route = "orders/{id:guid}")] HttpRequest _, Guid id) =>
            $"{id}";

        [FunctionName("Files")]
        public static Stream Files(
            [HttpTrigger("get", "put", Route = "files/{folder}/{name}.{type?}")] Stream body, string folder) =>
            folder.Length > 0 ? body : Stream.Null;

        [FunctionName("Rest")]
        public static void Rest([HttpTrigger("delete", "propfind", Route = "rest/{*path}")] string text, string path) =>
            _ = (text, path);

        [FunctionName("Drain")]
        public static int Drain([HttpTrigger(AuthorizationLevel.User, "post")] int? level) => level ?? 0;

        [FunctionName("Any")]
        public static IResult Any([HttpTrigger(Route = "any/{page=1}")] HttpRequestMessage _) => Results.Ok();
    }
}
