using Perdure.Http;
using Perdure.Tests.Http.Support;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Http.Support.WebServer;

namespace Perdure.Tests.Http;

/// <summary>Answers 202, which are followed by durable timers.</summary>
public abstract class HttpPollingTests(Setup setup) : HttpTests(setup)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Follows_202_until_it_is_something_else_as_often_as_the_answers_say()
    {
        Server.Answers(r => r.Line.Split(' ')[1] switch
        {
            "/jobs" => Say(202, "", "Location: /jobs/1?code=x", "Retry-After: 600"),
            "/jobs/1?code=x" => Say(202, "", $"Location: {Server.Uri("/jobs/1/soon")}"),
            "/jobs/1/soon" when Server.Requests.Count < 5 => Say(202, "", "Retry-After: 0"),
            _ => Say(200, "ready"),
        });
        DurableHttpRequest request = new(HttpMethod.Post, Server.Uri("/jobs"), content: "work")
        {
            SecretHeaders = new Dictionary<string, string>(),
        };
        request.Headers.Add("X-Functions-Key", "key");
        request.Headers.Add("Authorization", "Basic abc");
        request.Headers.Add("X-Mine", "kept");
        request.Headers.Add("Content-Type", "text/special");
        Code.Main = async c =>
        {
            DateTime started = c.CurrentUtcDateTime;
            DurableHttpResponse answer = await c.CallHttpAsync(request);
            return $"{answer.Content} {(c.CurrentUtcDateTime - started).TotalSeconds >= 600 + 30 + 1 + 1}";
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromMinutes(9));
        await Client.RaiseEventAsync(id, "look");
        Server.Requests.Count.ShouldBe(1);
        Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        await Hub.UntilHistoryAsync(id, "TimerCreated", 2);
        Server.Requests.Count.ShouldBe(2);
        Hub.Clock.Skip(TimeSpan.FromSeconds(30));
        await Hub.UntilHistoryAsync(id, "TimerCreated", 3);
        Hub.Clock.Skip(TimeSpan.FromSeconds(1));
        await Hub.UntilHistoryAsync(id, "TimerCreated", 4);
        Hub.Clock.Skip(TimeSpan.FromSeconds(1));
        (await Hub.OutputAsync<string>(id)).ShouldBe("ready True");
        Server.Requests.Select(r => r.Line).ShouldBe([
            "POST /jobs HTTP/1.1", "GET /jobs/1?code=x HTTP/1.1", "GET /jobs/1/soon HTTP/1.1",
            "GET /jobs/1/soon HTTP/1.1", "GET /jobs/1/soon HTTP/1.1"]);
        Server.Requests[0]["x-functions-key"].ShouldBe("key");
        foreach (ReceivedRequest poll in Server.Requests.Skip(1))
        {
            poll["x-functions-key"].ShouldBeNull();
            poll["Authorization"].ShouldBe("Basic abc");
            poll["X-Mine"].ShouldBe("kept");
            poll["Content-Type"].ShouldBeNull();
            poll.Body.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Goes_on_polling_over_a_restart_and_a_crash()
    {
        Server.Answers(r => r.Line.StartsWith("POST") || Server.Requests.Count < 4
            ? Say(202, "", "Location: /state", "Retry-After: 3600")
            : Say(200, "done"));
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(HttpMethod.Post, Server.Uri(), "body"));
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        await Hub.RestartAsync();
        Hub.Clock.Skip(TimeSpan.FromHours(1));
        await Hub.UntilHistoryAsync(id, "TimerCreated", 2);
        await Hub.CrashAsync();
        await Hub.StopAsync();
        Hub.Clock.Skip(TimeSpan.FromHours(1));
        await Hub.StartAsync();
        await Hub.UntilHistoryAsync(id, "TimerCreated", 3);
        Server.Requests.Count.ShouldBe(3);
        Hub.Clock.Skip(TimeSpan.FromHours(1));
        (await Hub.OutputAsync<string>(id)).ShouldBe("200 done");
        Server.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_a_request_makes_it_again()
    {
        TaskCompletionSource never = new();
        Server.Answer = async _ =>
        {
            if (Server.Requests.Count == 1)
                await never.Task;
            return Say(200, "second");
        };
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(HttpMethod.Get, Server.Uri()));
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilAsync(() => Server.Requests.Count == 1);
        await Hub.CrashAsync();
        (await Hub.OutputAsync<string>(id)).ShouldBe("200 second");
        never.SetResult();
    }

    [Fact]
    public async Task Without_the_pattern_or_without_a_location_202_is_the_answer()
    {
        Server.Answers(r => r.Line.Contains("/nowhere")
            ? Say(202, "accepted")
            : Say(202, "see there", "Location: /state"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri(), asynchronousPatternEnabled: false)))
            .ShouldBe("202 see there");
        (await CallAsync(new(HttpMethod.Get, Server.Uri("/nowhere")))).ShouldBe("202 accepted");
    }

    [Fact]
    public async Task Secrets_do_not_follow_a_location_to_another_origin()
    {
        await using WebServer other = new();
        Server.Answers(_ => Say(202, "", $"Location: {other.Uri("/state")}"));
        DurableHttpRequest request = new(HttpMethod.Get, Server.Uri());
        request.Headers.Add("Authorization", "Bearer secret");
        request.Headers.Add("X-Mine", "kept");
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(request));
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromSeconds(30));
        (await Hub.OutputAsync<string>(id)).ShouldBe("200 ");
        other.Requests[0]["Authorization"].ShouldBeNull();
        other.Requests[0]["X-Mine"].ShouldBe("kept");
    }

    [Theory]
    [InlineData("ftp://example.com/", "The address has the scheme 'ftp'; durable HTTP calls 'http' and 'https'.")]
    [InlineData("http://a:b@example.com/", "The address of 'example.com' has a user name or a password")]
    [InlineData("http://[nothing", "It is no address at all.")]
    public async Task A_location_that_cannot_be_asked_is_an_error(string location, string problem)
    {
        Server.Answers(_ => Say(202, "", $"Location: {location}"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldStartWith(
            $"HttpRequestException 202: GET http://127.0.0.1:{Server.Port} answered 202 with a Location that is not "
            + $"called. {problem}");
    }

    [Fact]
    public async Task A_location_at_the_metadata_service_is_refused()
    {
        Server.Answers(_ => Say(202, "", "Location: http://169.254.169.254/latest", "Retry-After: 1"));
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(HttpMethod.Get, Server.Uri()));
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromSeconds(1));
        (await Hub.OutputAsync<string>(id)).ShouldBe(
            "HttpRequestException : Durable HTTP does not call '169.254.169.254': it is link-local, which is refused "
            + "always.");
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 1)]
    [InlineData("-5", 30)]
    [InlineData("soon", 30)]
    [InlineData("99999999999999", 30)]
    [InlineData("Thu, 01 Jan 2026 00:02:00 GMT", 120)]
    [InlineData("Wed, 31 Dec 2025 00:00:00 GMT", 1)]
    [InlineData(null, 30)]
    public void The_next_question_is_asked_when_the_answer_says(string? retryAfter, int seconds)
    {
        DateTime now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        DurableHttpResponse answer = new(System.Net.HttpStatusCode.Accepted);
        if (retryAfter is not null)
            answer.Headers.Add("retry-after", retryAfter);
        HttpPolling.NextAt(answer, now, TimeSpan.FromSeconds(30)).ShouldBe(now.AddSeconds(seconds));
        HttpPolling.NextAt(answer, DateTime.MaxValue - s_moment, TimeSpan.FromDays(1)).ShouldBe(DateTime.MaxValue);
    }

    [Fact]
    public void Nothing_leads_from_https_to_http()
    {
        DurableHttpResponse answer = new(System.Net.HttpStatusCode.Accepted);
        answer.Headers.Add("Location", "http://example.com/");
        DurableHttpRequest secure = new(HttpMethod.Get, new Uri("https://example.com/"));
        Should.Throw<HttpRequestException>(() => HttpPolling.TryNext(secure, answer, false, out _))
            .Message.ShouldContain("leads from https to http, which is not followed");
    }
}

public sealed class HttpPollingOnMemory() : HttpPollingTests(Setup.Memory);
public sealed class HttpPollingOnMemoryCold() : HttpPollingTests(Setup.MemoryCold);
public sealed class HttpPollingOnSqlite() : HttpPollingTests(Setup.Sqlite);
public sealed class HttpPollingOnSqliteCold() : HttpPollingTests(Setup.SqliteCold);
