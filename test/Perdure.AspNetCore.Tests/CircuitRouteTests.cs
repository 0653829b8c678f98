using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class CircuitRouteTests
{
    private const string Name = "fn:Visited";

    [Fact]
    [Answers("ListCircuits", 200)]
    [Answers("GetCircuit", 200, 404)]
    [Answers("OpenCircuit", 200, 400, 404, 409)]
    [Answers("ResumeCircuit", 200, 400, 404, 409)]
    [Answers("ProbeCircuit", 200, 400, 404, 409)]
    [Answers("IsolateCircuit", 200, 400, 404, 409)]
    [Answers("MonitorCircuit", 200, 400, 404, 409)]
    public async Task Opens_and_closes_one()
    {
        await using App app = await App.StartAsync();
        (await app.GetAsync("circuits")).Json.EnumerateArray()
            .Select(c => (c.GetProperty("name").GetString(), c.GetProperty("status").GetString()))
            .ShouldContain((Name, "Closed"));
        (await app.GetAsync("circuits/none")).Status.ShouldBe(404);
        Reply opened = await app.PostAsync($"circuits/{Name}/open?reason=maintenance");
        (opened.Status, opened["status"], opened["reason"]).ShouldBe((200, "Open", "maintenance"));
        (await app.PostAsync($"circuits/{Name}/open")).Status.ShouldBe(409);
        (await app.PostAsync($"circuits/{Name}/probe")).Json.GetProperty("status").GetString().ShouldBe("HalfOpen");
        (await app.PostAsync($"circuits/{Name}/probe")).Status.ShouldBe(409);
        (await app.PostAsync($"circuits/{Name}/isolate")).Status.ShouldBe(200);
        (await app.PostAsync($"circuits/{Name}/isolate")).Status.ShouldBe(409);
        (await app.PostAsync($"circuits/{Name}/monitor")).Status.ShouldBe(200);
        Reply again = await app.PostAsync($"circuits/{Name}/monitor");
        (again.Status, again.Message).ShouldBe((409, $"The circuit '{Name}' stays as it is: it is Monitor already."));
        (await app.PostAsync($"circuits/{Name}/resume")).Status.ShouldBe(200);
        (await app.PostAsync($"circuits/{Name}/resume")).Status.ShouldBe(409);
        JsonElement circuit = (await app.GetAsync($"circuits/{Name}")).Json;
        circuit.GetProperty("history").GetArrayLength().ShouldBe(5);
        circuit.GetProperty("history")[4].GetProperty("reason").GetString().ShouldBe("maintenance");
        foreach (string verb in new[] { "open", "resume", "probe", "isolate", "monitor" })
        {
            (await app.PostAsync($"circuits/none/{verb}")).Status.ShouldBe(404, verb);
            (await app.PostAsync($"circuits/{Name}/{verb}?reason={new string('x', 501)}")).Status.ShouldBe(400, verb);
        }
    }

    [Fact]
    [Answers("ShowRestartLink", 200, 400, 409)]
    [Answers("FollowRestartLink", 200, 400, 409)]
    public async Task A_link_asks_first_acts_when_it_is_posted_and_is_used_up_then()
    {
        await using App app = await App.StartAsync(hub: o =>
        {
            o.Circuits.Default.Failures = 0;
            o.Circuits.Notify.BaseUrl = new Uri("http://perdure.example/api");
        });
        await app.Services.GetRequiredService<IQueueClient>().SendAsync("visits", -1);
        await App.UntilAsync(async () => (await app.GetAsync($"circuits/{Name}"))["status"] == "Open");
        string token = Perdure.Core.Circuits.CircuitLink.Create(
            app.Parts.Node.Secret, Name, 1, app.Parts.Node.Now + 60_000);
        Reply page = await app.GetAsync($"circuits/restart?token={token}");
        page.Status.ShouldBe(200, page.Text);
        page.Headers["Content-Type"].ShouldBe("text/html; charset=utf-8");
        page.Headers["Content-Security-Policy"].ShouldContain("default-src 'none'");
        page.Text.ShouldContain("<form method=\"post\"");
        page.Text.ShouldContain("-1 visits");
        (await app.GetAsync($"circuits/{Name}"))["status"].ShouldBe("Open", "whoever only looks changes nothing");
        (await app.PostAsync($"circuits/restart?token={token}")).Status.ShouldBe(200);
        (await app.GetAsync($"circuits/{Name}"))["status"].ShouldBe("HalfOpen");
        foreach (string method in new[] { "GET", "POST" })
        {
            (await app.SendAsync(method, $"circuits/restart?token={token}")).Status.ShouldBe(409);
            (await app.SendAsync(method, $"circuits/restart?token={token}x")).Status.ShouldBe(400);
            (await app.SendAsync(method, "circuits/restart?token=%3Cscript%3E")).Text.ShouldNotContain("<script>");
            (await app.SendAsync(method, "circuits/restart")).Status.ShouldBe(400);
        }
    }
}
