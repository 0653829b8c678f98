using System.Text.Json;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class ScaleRouteTests
{
    [Fact]
    [Answers("GetScale", 200)]
    [Answers("GetScaleMetric", 200, 404)]
    public async Task Recommends_how_many_hosts_there_should_be()
    {
        await using App app = await App.StartAsync();
        JsonElement scale = (await app.GetAsync("scale")).Json;
        scale.EnumerateObject().Select(p => p.Name).ShouldBe(["current", "desired", "reason", "functions"]);
        (scale.GetProperty("current").GetInt32(), scale.GetProperty("desired").GetInt32()).ShouldBe((1, 1));
        scale.GetProperty("reason").GetString().ShouldBe("Nothing waits.");
        scale.GetProperty("functions").EnumerateArray().Select(f => f.GetProperty("name").GetString())
            .ShouldBe(["Visited", "VisitedAgain"]);
        (await app.GetAsync("scale/metric/visited")).Text.ShouldBe(
            """{"name":"Visited","backlog":0,"oldestAgeSec":0,"arrivalPerSec":0,"perInstancePerSec":null,"""
            + "\"desired\":0,\"cap\":null}");
        Reply absent = await app.GetAsync("scale/metric/Hello");
        (absent.Status, absent.Message).ShouldBe(
            (404, "No queue or stream has the function 'Hello'. Known: Visited, VisitedAgain."));
    }
}
