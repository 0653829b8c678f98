using System.Globalization;
using System.Reflection;
using System.Text;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>
/// Requests to functions that nobody means, byte by byte over sockets: what is wrong with them is told to the caller,
/// and is no error of the server, no hang, and nothing that is kept.
/// </summary>
[Collection(nameof(Alone))]
public sealed class FunctionFuzzTests(ITestOutputHelper output)
{
    private const int DefaultRequests = 3000;
    private const int MaxBody = 64 * 1024;
    private const long MemoryMayGrow = 12 * 1024 * 1024;

    private static readonly string[] s_paths =
    [
        "Request", "Message/*", "Text", "Bytes", "Stream", "Order", "MayOrder", "Json", "Numbers", "Parts/*/*",
        "Parts/*/*/*", "Times/*", "Times/*/*", "Rest", "Rest/*", "Rest/*/*", "Query", "Needs", "Nothing", "Void",
        "Throws", "*", "Order/*", "Parts/7/5ae7a21c-4e2b-4f0b-9a64-6a9a0c1f1a11",
    ];

    private static readonly string[] s_posted = ["Bytes", "Stream", "Order", "MayOrder", "Json"];

    private static readonly string[] s_readers = ["Request", "Message", "Stream"];

    private static readonly string[] s_names =
    [
        "text", "whole", "large", "number", "money", "yes", "key", "when", "day", "time", "colour", "letter",
        "address", "top", "code", "x", "", "%00", "WHOLE",
    ];

    private static readonly string[] s_values =
    [
        "1", "0", "-1", "7", "99999999999999999999", "1.5", "1,5", "NaN", "Infinity", "1e999", "0x10", "true", "x", "",
        "5ae7a21c-4e2b-4f0b-9a64-6a9a0c1f1a11", "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "2026-13-45", "10:00:00", "99999999.00:00:00", "Red", "blue", "1,Blue", "%00", "%FF", "%ED%A0%80", "a%2Fb",
        "%F0%9F%98%80", "%", "%2", "%252F", "..", "%2E%2E", "a;b", "%0D%0AX: y", "http://[", "//", "%E2%80%AE", "+",
    ];

    private static readonly string[] s_bodies =
    [
        "", "1", "null", "\"text\"", "{", "[1,]", "nul", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "\u0001", "NaN", "1e999",
        "{\"item\":\"tea\",\"amount\":1}", "{\"Item\":null,\"Amount\":\"2\",\"Colour\":1}", "\ufeff{}", "{}{}", "// x",
        "{\"item\":\"\\ud83d\",\"amount\":1}", "{\"item\":\"a\",\"amount\":1e99}", "[1,2.5,\"NaN\"]", "[1,null]",
        "{\"item\":\"a\",\"amount\":1,\"more\":{\"$type\":\"System.IO.FileInfo\"}}", "[[[[", "\"\ufffe\"", "-",
        "{\"item\":\"a\",\"amount\":1,\"next\":{\"item\":5}}", "{\"\\u0000\":1}", "[\"\\ud800\"]",
    ];

    private static readonly string[] s_headers =
    [
        "Content-Type: application/json; charset=utf-7", "Content-Type: application/json; charset=utf-16",
        "Content-Type: text/plain; charset=\"\"", "Content-Type: text/plain; charset=klingon", "Content-Type: ;;;",
        "Content-Type: multipart/form-data; boundary=", "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: application/json; charset=utf-32", "Content-Type: text/plain; charset=iso-8859-1",
        "Accept: */*;q=x", "Accept: application/xml", "Accept-Charset: x", "Range: bytes=0-", "Range: bytes=9-1",
        "Range: bytes=-5,1-2,x", "If-None-Match: *", "If-Match: \"x\"", "If-Modified-Since: never", "If-Range: x",
        "x-functions-key: l1.0.x", "Authorization: Bearer a.b.c", "Cookie: a=b; =;", "Expect: 100-continue",
        "Content-Encoding: gzip", "Host: a b", "Host:", "X-Forwarded-Host: evil", "traceparent: 00-x", "Upgrade: x",
        "X-Latin: \u00e9", "X-Http-Method-Override: DELETE", "Content-MD5: x", "Date: x", "Via: x", "Max-Forwards: x",
    ];

    [Fact]
    public async Task Nothing_that_is_sent_to_functions_makes_an_error_of_the_server_or_a_hang()
    {
        int seed = Setting("PERDURE_FUZZ_SEED", 5);
        int requests = Setting("PERDURE_FUZZ_REQUESTS", DefaultRequests);
        await using App app = await App.StartAsync(
            o =>
            {
                o.UnsafeAllowAnonymous = true;
                o.RequestsPerSecond = 1_000_000;
                o.MaxBodyBytes = MaxBody;
                o.ShowStackTraces = true;
            },
            hub: o => o.FunctionTypes.Add(typeof(FuzzedFunctions)));
        Random random = new(seed);
        SortedDictionary<int, int> statuses = [];
        List<long> memory = [];
        for (int i = 0; i < requests; i++)
        {
            byte[] request = RequestOf(random);
            (int status, string text) = await Wire.AskAsync(app.Root.Port, request, $"request {i} of seed {seed}");
            (status < 500 || IsMeant(Wire.Shown(request), text)).ShouldBeTrue(
                $"{i} of seed {seed}: {Wire.Shown(request)}\n{text}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if ((i + 1) % (requests / 3) == 0)
                memory.Add(GC.GetTotalMemory(forceFullCollection: true));
        }
        output.WriteLine(string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Value}")));
        output.WriteLine($"bytes held: {string.Join(", ", memory)}");
        FuzzedFunctions.Called.Keys.Order().ShouldBe(typeof(FuzzedFunctions).GetMethods()
            .Where(m => m.IsDefined(typeof(FunctionNameAttribute))).Select(m => m.Name).Order());
        ((int[])[200, 202, 204, 400, 404, 405, 413, 500]).ShouldBeSubsetOf(statuses.Keys);
        (memory[^1] - memory[0]).ShouldBeLessThan(MemoryMayGrow);
        app.Parts.Drain.Calls.ShouldBe(0);
        (await app.PostAsync("/api/Order", "{\"item\":\"tea\",\"amount\":1}"))["item"].ShouldBe("tea");
    }

    /// <summary>
    /// What a function throws, also one that reads by itself a body whose chunks the server cannot take apart.
    /// </summary>
    private static bool IsMeant(string request, string answer) =>
        request.Contains(" /api/Throws", StringComparison.Ordinal)
        || answer.Contains("System.IO.IOException: Bad chunk size data.", StringComparison.Ordinal)
        && s_readers.Any(r => request.Contains($" /api/{r}", StringComparison.Ordinal));

    private static byte[] RequestOf(Random random)
    {
        string pattern = Any(random, s_paths);
        string method = random.Next(8) == 0 ? Any(random, "HEAD", "PUT", "PATCH", "OPTIONS", "TRACE", "get", "X-Y")
            : s_posted.Contains(pattern) || random.Next(4) == 0 ? "POST" : "GET";
        StringBuilder path = new("/api/");
        foreach (char c in pattern)
            path.Append(c == '*' ? PartOf(random) : c.ToString());
        char separator = '?';
        int values = pattern is "Query" or "Needs" ? random.Next(1, 4) : random.Next(10) / 9;
        for (int i = 0; i < values; i++)
        {
            string name = pattern == "Needs" && random.Next(2) == 0 ? "number" : Any(random, s_names);
            path.Append(separator).Append(name).Append('=').Append(Any(random, s_values));
            separator = '&';
        }
        return BytesOf(random, method, path.ToString());
    }

    private static string PartOf(Random random) => random.Next(25) == 0
        ? new string('i', random.Next(90, 3000))
        : random.Next(3) == 0
            ? Any(random, "1", "5ae7a21c-4e2b-4f0b-9a64-6a9a0c1f1a11", "2026-01-01", "Red")
            : Any(random, s_values);

    private static byte[] BytesOf(Random random, string method, string path)
    {
        // What takes the body as it comes has no limit, and echoes of megabytes would stay in pools for a while.
        int large = s_readers.Any(r => path.StartsWith($"/api/{r}", StringComparison.Ordinal)) ? MaxBody * 2 : 5 << 20;
        byte[] body = Encoding.UTF8.GetBytes(random.Next(40) switch
        {
            0 => "\"" + new string('b', random.Next(MaxBody / 2, large)) + "\"",
            1 => new string('[', random.Next(60, 5000)),
            2 => "{\"item\":\"" + string.Concat(Enumerable.Repeat("{\"next\":", random.Next(60, 3000))),
            < 10 => "{\"item\":\"tea\",\"amount\":2.5}",
            < 14 => "1",
            _ => Any(random, s_bodies),
        });
        if (random.Next(12) == 0)
            random.NextBytes(body);
        StringBuilder head = new($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (int i = Math.Max(0, random.Next(5) - 2); i > 0; i--)
            head.Append(Any(random, s_headers)).Append("\r\n");
        if (random.Next(20) == 0)
            head.Append("X-Long: ").Append('y', random.Next(40_000)).Append("\r\n");
        if (random.Next(40) == 0)
            head.Append(string.Concat(Enumerable.Range(0, random.Next(150)).Select(n => $"X-{n}: {n}\r\n")));
        if (random.Next(3) > 0)
            head.Append("Content-Type: application/json\r\n");
        return Framed(random, head, body);
    }

    /// <summary>With a length, in one chunk, in one that is not what it says, or shorter than promised.</summary>
    private static byte[] Framed(Random random, StringBuilder head, byte[] body)
    {
        if (random.Next(8) > 0)
        {
            int length = random.Next(30) == 0 ? random.Next(body.Length + 1) : body.Length;
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n\r\n");
            return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body];
        }
        head.Append("Transfer-Encoding: chunked\r\n\r\n");
        byte[] before = Encoding.Latin1.GetBytes(head.ToString());
        string size = random.Next(4) == 0
            ? Any(random, "zz", "-1", "FFFFFFFFFFFFFFFFF", "")
            : body.Length.ToString("x", CultureInfo.InvariantCulture);
        return body.Length == 0
            ? [.. before, .. "0\r\n\r\n"u8]
            : [.. before, .. Encoding.ASCII.GetBytes(size + "\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
    }

    private static string Any(Random random, params string[] from) => from[random.Next(from.Length)];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
