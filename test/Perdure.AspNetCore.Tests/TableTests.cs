using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Perdure.AspNetCore.OpenApi;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

/// <summary>What hangs on the table of routes is complete: tests, documents, OpenAPI.</summary>
public sealed class TableTests
{
    private static readonly (MethodInfo Test, AnswersAttribute Answers)[] s_tests =
    [
        .. from type in typeof(TableTests).Assembly.GetTypes()
           from method in type.GetMethods()
           from answers in method.GetCustomAttributes<AnswersAttribute>()
           select (method, answers),
    ];

    [Fact]
    public void Every_answer_of_every_route_has_a_test()
    {
        var listed = ManagementRoutes.All.SelectMany(r => r.Answers.Select(a => $"{r.Name} {a.Status}")).ToHashSet();
        var tested = s_tests.SelectMany(t => t.Answers.Statuses.Select(s => $"{t.Answers.Route} {s}")).ToHashSet();
        listed.Except(tested).ShouldBeEmpty();
        tested.Except(listed).ShouldBeEmpty();
        ManagementRoutes.All.Select(r => r.Name).ShouldBeUnique();
    }

    [Fact]
    public void Every_route_stands_in_the_documents_with_its_test()
    {
        string file = Path.Combine(Folder(), "../../docs/http-api.md");
        string[] parts = File.ReadAllText(file).Split("<!-- routes -->\n");
        StringBuilder lines = new();
        int number = 0;
        foreach (ManagementRoute route in ManagementRoutes.All)
        {
            string method = route.Method == ManagementRoute.AnyMethod ? "ANY" : route.Method;
            string tests = string.Join(", ", s_tests.Where(t => t.Answers.Route == route.Name)
                .Select(t => $"`{t.Test.DeclaringType!.Name}.{t.Test.Name}`").Distinct().Order());
            string scope = route.Scope?.ToString().ToLowerInvariant() ?? "everybody";
            string line = $"{++number}. `{method} /{route.Pattern}` ({scope}{(route.AcceptsLink ? ", link" : "")}): "
                + $"{route.Summary} Tests: {tests}";
            lines.Append(line).Append('\n');
        }
        if (Environment.GetEnvironmentVariable("PERDURE_APPROVE") == "1")
            File.WriteAllText(file, string.Join("<!-- routes -->\n", parts[0], lines, parts[2]));
        else
            parts[1].ShouldBe(lines.ToString());
    }

    [Fact]
    [Answers("GetOpenApi", 200)]
    public async Task The_OpenAPI_document_is_the_one_that_was_approved()
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.GetAsync("openapi.json");
        reply.Status.ShouldBe(200);
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            OpenApiDocument.Write(writer, app.Parts, "");
        string actual = Encoding.UTF8.GetString(text.ToArray()) + "\n";
        JsonElement.DeepEquals(reply.Json, JsonElement.Parse(actual)).ShouldBeTrue();
        string file = Path.Combine(Folder(), "openapi.approved.json");
        if (Environment.GetEnvironmentVariable("PERDURE_APPROVE") == "1")
            await File.WriteAllTextAsync(file, actual);
        actual.ShouldBe(await File.ReadAllTextAsync(file));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
