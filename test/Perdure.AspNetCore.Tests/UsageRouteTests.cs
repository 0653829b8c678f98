using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class UsageRouteTests
{
    [Fact]
    [Answers("GetUsage", 200, 400)]
    public async Task Shows_what_functions_have_used_as_json_and_as_csv()
    {
        await using App app = await App.StartAsync();
        (await app.GetAsync("usage")).Text.ShouldBe("""{"currency":"USD","usage":[]}""");
        await app.PostAsync("queues/visits", "3");
        await app.PostAsync("queues/visits", "-1");
        JsonElement visited = default;
        await App.UntilAsync(async () =>
        {
            visited = (await app.GetAsync("usage")).Json.GetProperty("usage").EnumerateArray()
                .FirstOrDefault(u => u.GetProperty("function").GetString() == "Visited");
            return visited.ValueKind == JsonValueKind.Object && visited.GetProperty("executions").GetInt32() == 2;
        });
        visited.GetProperty("succeeded").GetInt32().ShouldBe(1);
        visited.GetProperty("failed").GetInt32().ShouldBe(1);
        visited.GetProperty("retried").GetInt32().ShouldBe(0);
        visited.GetProperty("deadLettered").GetInt32().ShouldBe(1);
        visited.GetProperty("billedMilliseconds").GetInt32().ShouldBeGreaterThanOrEqualTo(200);
        visited.GetProperty("wallMilliseconds").GetDouble().ShouldBeGreaterThan(0);
        visited.GetProperty("cost").GetDecimal().ShouldBeGreaterThanOrEqualTo(0.0000004m);

        Reply csv = await app.GetAsync("usage?groupBy=Trigger&format=csv");
        csv.Headers["Content-Type"].ShouldBe("text/csv; charset=utf-8");
        string[] lines = csv.Text.Split("\r\n");
        lines[0].ShouldBe("trigger,executions,succeeded,failed,retried,deadLettered,billedMilliseconds,"
            + "wallMilliseconds,gigabyteSeconds,cost,currency");
        string line = lines.Single(l => l.StartsWith("queue,", StringComparison.Ordinal));
        line.ShouldStartWith("queue,2,1,1,0,1,");
        line.ShouldEndWith(",USD");
        (await app.GetAsync("usage?to=2020-01-01")).Text.ShouldBe("""{"currency":"USD","usage":[]}""");
    }

    [Theory]
    [InlineData("usage?groupBy=hour", "The parameter groupBy is 'hour'; it is one of function, day, trigger.")]
    [InlineData("usage?format=1", "The parameter format is '1'; it is one of json, csv.")]
    [InlineData("usage?from=soon", "The parameter from is 'soon'; it is a time such as 2026-12-01T09:00:00Z.")]
    [InlineData(
        "usage?from=2026-02-01&to=2026-01-01",
        "The parameter from (2026-02-01 00:00:00Z) is later than to (2026-01-01 00:00:00Z).")]
    public async Task Says_what_is_wrong_with_a_question(string path, string message)
    {
        await using App app = await App.StartAsync();
        Reply reply = await app.GetAsync(path);
        (reply.Status, reply.Message).ShouldBe((400, message));
    }
}
