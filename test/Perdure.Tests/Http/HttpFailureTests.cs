using System.Net;
using System.Net.Sockets;
using Perdure.Tests.Http.Support;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Http.Support.WebServer;

namespace Perdure.Tests.Http;

/// <summary>What goes wrong, what is tried again, and what the code is thrown.</summary>
public abstract class HttpFailureTests(Setup setup) : HttpTests(setup)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Any_status_is_an_answer_without_retry_options()
    {
        foreach (int status in new[] { 200, 204, 304, 400, 418, 500, 503 })
        {
            Server.Answers(_ => Say(status));
            (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldBe($"{status} ");
        }
    }

    [Fact]
    public async Task A_failed_answer_is_tried_again_after_the_waits_and_thrown_in_the_end()
    {
        Server.Answers(_ => Say(503));
        HttpRetryOptions retries = new(s_minute, 3) { BackoffCoefficient = 2 };
        string id = await StartAsync(new(HttpMethod.Put, Server.Uri(), content: "x", httpRetryOptions: retries));
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(s_minute);
        await Hub.UntilHistoryAsync(id, "TimerCreated", 2);
        Hub.Clock.Skip(s_minute);
        await Client.RaiseEventAsync(id, "look");
        Server.Requests.Count.ShouldBe(2);
        await Hub.RestartAsync();
        Hub.Clock.Skip(s_minute);
        (await Hub.OutputAsync<string>(id)).ShouldBe(
            $"HttpRequestException 503: PUT http://127.0.0.1:{Server.Port} answered 503 (ServiceUnavailable) in "
            + "attempt 3.");
        Server.Requests.Select(r => r.Text).ShouldBe(["x", "x", "x"]);
    }

    [Fact]
    public async Task Only_the_listed_statuses_are_tried_again()
    {
        Server.Answers(r => Say(Server.Requests.Count == 1 ? 429 : 500, "told"));
        HttpRetryOptions retries = new(s_minute, 5) { StatusCodesToRetry = [HttpStatusCode.TooManyRequests] };
        string id = await StartAsync(new(HttpMethod.Get, Server.Uri(), httpRetryOptions: retries));
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(s_minute);
        (await Hub.OutputAsync<string>(id)).ShouldBe("500 told");
        Server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_accepted_request_is_polled_without_its_retry_options()
    {
        Server.Answers(r => r.Line.StartsWith("POST") ? Say(202, "", "Location: /state") : Say(500, "broken"));
        string id = await StartAsync(
            new(HttpMethod.Post, Server.Uri(), httpRetryOptions: new HttpRetryOptions(s_minute, 5)));
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(s_minute);
        (await Hub.OutputAsync<string>(id)).ShouldBe("500 broken");
    }

    [Fact]
    public async Task A_request_that_does_not_get_through_throws_and_replays_alike()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        Code.Main = async c =>
        {
            Uri uri = new($"http://127.0.0.1:{port}/p?q");
            string first = await TellAsync(() => c.CallHttpAsync(HttpMethod.Get, uri));
            await c.WaitForExternalEvent("go");
            return first;
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TaskFailed");
        await Hub.RestartAsync();
        await Client.RaiseEventAsync(id, "go");
        string told = (await Hub.OutputAsync<string>(id))!;
        told.ShouldStartWith($"HttpRequestException : GET http://127.0.0.1:{port} failed: Connection refused");
        told.ShouldNotContain("/p");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        Server.Answers(r => Server.Requests.Count switch
        {
            1 => null,
            2 => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"u8.ToArray(),
            3 => "not http at all\r\n\r\n"u8.ToArray(),
            _ => Say(200, "whole"),
        });
        string id = await StartAsync(
            // With a body, because HttpClient itself sends again what has none.
            new(HttpMethod.Post, Server.Uri(), content: "x", httpRetryOptions: new HttpRetryOptions(s_minute, 4)));
        for (int failure = 1; failure <= 3; failure++)
        {
            await Hub.UntilHistoryAsync(id, "TimerCreated", failure);
            Hub.Clock.Skip(s_minute);
        }
        (await Hub.OutputAsync<string>(id)).ShouldBe("200 whole");
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_a_network_failure() =>
        (await CallAsync(new(HttpMethod.Get, new Uri("http://nowhere.example/secret")))).ShouldStartWith(
            "HttpRequestException : GET http://nowhere.example failed: The host 'nowhere.example' has no address.");

    [Fact]
    public async Task An_answer_that_is_late_is_a_time_out()
    {
        TaskCompletionSource never = new();
        Server.Answer = async _ =>
        {
            await never.Task;
            return Say(200);
        };
        string id = await StartAsync(new(HttpMethod.Get, Server.Uri(), timeout: s_minute));
        await Hub.UntilAsync(() => Server.Requests.Count == 1);
        Hub.Clock.Skip(s_minute);
        (await Hub.OutputAsync<string>(id)).ShouldBe(
            $"TimeoutException: GET http://127.0.0.1:{Server.Port} gave no answer within 00:01:00.");
        string usual = await StartAsync(new(HttpMethod.Get, Server.Uri()));
        await Hub.UntilAsync(() => Server.Requests.Count == 2);
        Hub.Clock.Skip(TimeSpan.FromSeconds(100));
        (await Hub.OutputAsync<string>(usual))!.ShouldEndWith("gave no answer within 00:01:40.");
        never.SetResult();
    }

    [Fact]
    public async Task A_body_that_stalls_is_a_time_out_and_is_tried_again()
    {
        TaskCompletionSource stall = new();
        Server.Answer = _ => Task.FromResult<byte[]?>(Server.Requests.Count == 1
            ? "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\n"u8.ToArray()
            : Say(200, "in time"));
        Server.KeepsOpen = r => Server.Requests.Count == 1 ? stall.Task : Task.CompletedTask;
        string id = await StartAsync(new(
            HttpMethod.Get, Server.Uri(), timeout: s_minute, httpRetryOptions: new HttpRetryOptions(s_minute, 2)));
        await Hub.UntilAsync(() => Server.Requests.Count == 1);
        Hub.Clock.Skip(s_minute);
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(s_minute);
        (await Hub.OutputAsync<string>(id)).ShouldBe("200 in time");
        stall.SetResult();
    }

    [Fact]
    public async Task A_terminated_orchestration_lets_its_request_go()
    {
        TaskCompletionSource never = new();
        Server.Answer = async _ =>
        {
            await never.Task;
            return Say(200);
        };
        string id = await StartAsync(new(HttpMethod.Get, Server.Uri()));
        await Hub.UntilAsync(() => Server.Requests.Count == 1);
        await Client.TerminateAsync(id, "enough");
        await Hub.EndAsync(id);
        // The stop waits for running activities; one that still held its request would use up the time to drain.
        await Hub.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
        never.SetResult();
    }

    [Fact]
    public async Task What_cannot_end_differently_is_not_tried_again()
    {
        string refused = await CallAsync(new(
            HttpMethod.Get, new Uri("http://10.0.0.1/"), httpRetryOptions: new HttpRetryOptions(s_minute, 5)));
        refused.ShouldStartWith("HttpRequestException : Durable HTTP does not call '10.0.0.1': it is private.");
    }

    private Task<string> StartAsync(DurableHttpRequest request)
    {
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(c.GetInput<DurableHttpRequest>()));
        return Client.StartNewAsync("Main", new StartOptions(), request);
    }
}

public sealed class HttpFailureOnMemory() : HttpFailureTests(Setup.Memory);
public sealed class HttpFailureOnMemoryCold() : HttpFailureTests(Setup.MemoryCold);
public sealed class HttpFailureOnSqlite() : HttpFailureTests(Setup.Sqlite);
