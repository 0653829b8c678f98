using System.Globalization;
using System.Text;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

/// <summary>
/// Requests that nobody means, byte by byte over sockets, so that no client library mends them: every one is answered
/// in
/// time and not with 5xx, and memory stays where it is.
/// </summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int DefaultRequests = 3000;
    private const long MemoryMayGrow = 12 * 1024 * 1024;

    private static readonly string[] s_ids =
    [
        "one", "Two", "alive", "@counter@1", "a%2Fb", "a%5Cb", "a%23", "a%3Fb", "%00", "a%0Ab", "%7F", "%ED%A0%80",
        "%F0%9F%98%80", "%FF", "%", "%2", "%252F", ".", "..", "%2E%2E", "...", "a;b", "a:b", "\"<script>", "%20",
        "%C2%85", "%E2%80%AE", "%27%20or%201=1--", "$", "", "{instanceId}", "nothing",
    ];

    private static readonly string[] s_bodies =
    [
        "", "1", "\"text\"", "{", "[1,]", "nul", "\"\\ud800\"", "\"\\u0000\"", "{\"a\":1,\"a\":2}", "\u0001", "NaN",
        "1e999999",
        "\"unterminated", "\ufeff{}", "{}{}", "// x", "{\"$type\":\"System.IO.FileInfo\"}", "-", "[[[[", "\"\ufffe\"",
    ];

    private static readonly string[] s_values =
    [
        "true", "false", "1", "0", "-1", "1000", "1001", "99999999999999999999", "0.001", "NaN", "1e9", "x", "", "%00",
        "%FF",
        "2026-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "Running", "running,Failed", "Completed,,", "a=b",
        "=", "%ED%A0%80", "perdure", "2026-13-45", "a%26b", "l1.1.x", "%0D%0AX: y",
    ];

    private static readonly string[] s_headers =
    [
        "x-ms-continuation-token: AAAA", "x-ms-continuation-token: !!!!", "x-ms-continuation-token: MTIzOm8",
        "Idempotency-Key: k", "Idempotency-Key: \t", "Idempotency-Key: \u00e9", "traceparent: 00-x",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate: " + "a=b,",
        "x-functions-key: l1.0.x", "Authorization: Bearer a.b.c", "Authorization: Bearer", "Origin: null",
        "X-Forwarded-Host: evil", "Content-Type: application/json; charset=utf-7", "Content-Type: ;;;",
        "Content-Type: text/plain", "Transfer-Encoding: chunked", "Expect: 100-continue", "Accept: */*;q=x",
        "Content-Encoding: gzip", "Host: a b", "X-Long: " + "y",
    ];

    [Fact]
    public async Task Nothing_that_is_sent_makes_an_error_of_the_server_or_a_hang()
    {
        int seed = Setting("PERDURE_FUZZ_SEED", 3);
        int requests = Setting("PERDURE_FUZZ_REQUESTS", DefaultRequests);
        await using App app = await App.StartAsync(o =>
        {
            o.UnsafeAllowAnonymous = true;
            o.RequestsPerSecond = 1_000_000;
        });
        await app.StartedAsync("Approval", "alive");
        Random random = new(seed);
        Dictionary<int, int> statuses = [];
        List<long> memory = [];
        for (int i = 0; i < requests; i++)
        {
            byte[] request = RequestOf(random);
            int status = await SendAsync(app.Root.Port, request, $"request {i} of seed {seed}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if (i % 50 == 0)
                await app.SendAsync("POST", "/admin/host/resume");
            if ((i + 1) % (requests / 3) == 0)
                memory.Add(await MemoryAsync(app));
        }
        output.WriteLine(string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}")));
        output.WriteLine($"bytes held: {string.Join(", ", memory)}");
        statuses.Keys.ShouldContain(202);
        statuses.Keys.ShouldContain(404);
        (memory[^1] - memory[0]).ShouldBeLessThan(MemoryMayGrow);
        // One of the last requests may have been to drain the host.
        await app.SendAsync("POST", "/admin/host/resume");
        (await app.GetAsync("/healthz/ready")).Status.ShouldBe(200);
        (await app.Client.GetStatusAsync("absent")).ShouldBeNull();
    }

    /// <summary>What is held once every instance is gone: a hub in memory holds those that there are.</summary>
    private static async Task<long> MemoryAsync(App app)
    {
        IList<DurableOrchestrationStatus> all =
            [.. (await app.Client.ListInstancesAsync(new() { PageSize = 1000, ShowInput = false }))
                .DurableOrchestrationState];
        foreach (string id in all.Where(s => s.InstanceId != "alive").Select(s => s.InstanceId))
        {
            await app.SendAsync("POST", $"instances/{Uri.EscapeDataString(id)}/terminate");
            await app.SendAsync("DELETE", $"instances/{Uri.EscapeDataString(id)}");
        }
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static byte[] RequestOf(Random random)
    {
        ManagementRoute route = ManagementRoutes.All[random.Next(ManagementRoutes.All.Count)];
        string method = random.Next(12) == 0 ? Any(random, "HEAD", "PUT", "PATCH", "OPTIONS", "get", "X-Y")
            : route.Method == ManagementRoute.AnyMethod ? "GET" : route.Method;
        StringBuilder path = new();
        foreach (string part in route.Pattern.Split('/'))
        {
            if (part.EndsWith("?}", StringComparison.Ordinal) && random.Next(2) == 0)
                continue;
            path.Append('/').Append(part[0] != '{' ? part
                : part.StartsWith("{functionName", StringComparison.Ordinal) && random.Next(3) > 0
                    ? Any(random, "Greet", "Echo", "Fails")
                    : random.Next(3) == 0 ? Any(random, "one", "Two", "alive")
                    : random.Next(25) == 0 ? new string('i', random.Next(90, 3000)) : Any(random, s_ids));
        }
        for (int i = random.Next(3); i > 0; i--)
        {
            string name = random.Next(6) > 0 && route.Query.Count > 0
                ? route.Query[random.Next(route.Query.Count)].Name
                : Any(random, "code", "taskHub", "x", "", "%00", "recursive");
            path.Append(path.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?')
                .Append(name).Append('=').Append(Any(random, s_values));
        }
        // Waiting is an answer that takes as long as it is told to, and a drain refuses starts with 503.
        path.Replace("timeout=1000", "timeout=1").Replace("/drain", random.Next(9) == 0 ? "/drain" : "/drain/status");
        path.Replace("/drain/status/status", "/drain/status");
        return BytesOf(random, method, path.ToString());
    }

    private static byte[] BytesOf(Random random, string method, string path)
    {
        byte[] body = Encoding.UTF8.GetBytes(random.Next(40) switch
        {
            0 => "\"" + new string('b', random.Next(1 << 20, 5 << 20)) + "\"",
            1 => new string('[', random.Next(60, 5000)),
            < 16 => "1",
            _ => Any(random, s_bodies),
        });
        if (random.Next(12) == 0)
            random.NextBytes(body);
        StringBuilder head = new($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        bool chunked = random.Next(8) == 0;
        for (int i = Math.Max(0, random.Next(5) - 2); i > 0; i--)
        {
            string header = Any(random, s_headers);
            if (header.StartsWith("Transfer", StringComparison.Ordinal))
                continue;
            head.Append(header is "X-Long: y" ? "X-Long: " + new string('y', random.Next(40_000)) : header)
                .Append("\r\n");
        }
        if (random.Next(3) > 0)
            head.Append("Content-Type: application/json\r\n");
        head.Append(chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {body.Length}\r\n\r\n");
        byte[] before = Encoding.Latin1.GetBytes(head.ToString());
        if (!chunked)
            return [.. before, .. body];
        string length = random.Next(6) == 0 ? "zz" : body.Length.ToString("x", CultureInfo.InvariantCulture);
        return body.Length == 0
            ? [.. before, .. "0\r\n\r\n"u8]
            : [.. before, .. Encoding.ASCII.GetBytes(length + "\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
    }

    /// <summary>The status of the answer; 0 when the server has closed the connection without one.</summary>
    private static async Task<int> SendAsync(int port, byte[] request, string what)
    {
        (int status, string text) = await Wire.AskAsync(port, request, what);
        bool isMeant = status == 503 && text.Contains("being drained", StringComparison.Ordinal)
            || status == 500 && text.Contains("\"runtimeStatus\":\"Failed\"", StringComparison.Ordinal);
        (status < 500 || isMeant).ShouldBeTrue($"{what}: {Wire.Shown(request)}\n{text}");
        return status;
    }

    private static string Any(Random random, params string[] from) => from[random.Next(from.Length)];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
