using System.Net;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public async Task Unknown_paths_are_not_found()
    {
        await using App app = await App.StartAsync();
        (await app.Http.GetAsync(new Uri("/nothing", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
