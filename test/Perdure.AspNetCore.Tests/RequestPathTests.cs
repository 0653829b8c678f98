using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class RequestPathTests
{
    private const int Seed = 20_261;

    /// <summary>Any text in a part of a path arrives as it is, through the real server.</summary>
    [Fact]
    public async Task Every_text_survives_the_way_into_a_path_and_out_of_it()
    {
        await using App app = await App.StartAsync(map: a => a.Map("/parts/{**rest}", Echo));
        Random random = new(Seed);
        string[] fixedOnes = ["a/b", "a%2Fb", "%2F", "%", "%25", "a b", "ä😀", "+", "a?b", "#", "\\", ";", "..."];
        for (int i = 0; i < 600; i++)
        {
            string text = i < fixedOnes.Length ? fixedOnes[i] : TextOf(random);
            string escaped = Uri.EscapeDataString(text);
            Reply reply = await app.GetAsync($"/parts/x/{escaped}/y");
            reply.Text.ShouldBe($"x\n{text}\ny", $"{escaped} of seed {Seed}");
        }
    }

    [Theory]
    [InlineData("/p/a%2Fb", "a%2Fb", "a/b")]
    [InlineData("/p/a%252Fb", "a%2Fb", "a%2Fb")]
    [InlineData("/p/a%252fb", "a%2fb", "a%2fb")]
    [InlineData("http://host:80/p/a%2Fb?q=1/2", "a%2Fb", "a/b")]
    [InlineData("/p/a/", "a", "a")]
    [InlineData("/rewritten/into/something/else", "one", "one")]
    [InlineData("/short", "a/b", "a|b")]
    [InlineData("/p/%FF", "%FF", null)]
    [InlineData("/p/%ED%A0%80", "%ED%A0%80", null)]
    [InlineData("/p/%C0%AF", "%C0%AF", null)]
    [InlineData("/p/%zz", "%zz", null)]
    [InlineData("/p/%2", "%2", null)]
    public void The_request_line_decides_where_the_server_has_left_it_open(string target, string seen, string? parts)
    {
        DefaultHttpContext context = new();
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget = target;
        bool read = RequestPath.TryRead(context, seen, out List<string>? found);
        (read ? string.Join('|', found!) : null).ShouldBe(parts);
    }

    private static Task Echo(HttpContext context) => context.Response.WriteAsync(
        RequestPath.TryRead(context, context.GetRouteValue("rest") as string, out List<string>? parts)
            ? string.Join('\n', parts)
            : "unreadable");

    private static string TextOf(Random random)
    {
        StringBuilder text = new("t");
        for (int i = random.Next(1, 12); i > 0; i--)
        {
            int kind = random.Next(4);
            text.Append(kind switch
            {
                0 => ((char)random.Next(0x20, 0x7F)).ToString(),
                1 => $"%{random.Next(256).ToString("X2", CultureInfo.InvariantCulture)}",
                2 => ((char)random.Next(0xA0, 0x3000)).ToString(),
                _ => char.ConvertFromUtf32(random.Next(0x1F300, 0x1F6FF)),
            });
        }
        return text.ToString();
    }
}
