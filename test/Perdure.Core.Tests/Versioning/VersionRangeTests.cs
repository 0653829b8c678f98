using Perdure.Core.Stores;
using Perdure.Core.Versioning;

namespace Perdure.Core.Tests.Versioning;

public sealed class VersionRangeTests
{
    [Fact]
    public void A_range_takes_what_it_says()
    {
        Taken(default).ShouldBe("none");
        Taken(VersionRange.UpTo(null)).ShouldBe("none");
        Taken(VersionRange.Exactly("")).ShouldBe("none");
        Taken(VersionRange.UpTo("2.0")).ShouldBe("none 1.9 2");
        Taken(VersionRange.Exactly("2.0")).ShouldBe("2");
        Taken(VersionRange.Any).ShouldBe("none 1.9 2 10");
    }

    [Fact]
    public void What_nodes_tell_of_their_code_is_read_back()
    {
        string code = CodeNames.Orchestration("Foo");
        foreach (VersionRange range in new[]
        {
            default, VersionRange.Any, VersionRange.UpTo("2.0"), VersionRange.Exactly("2.0"),
            VersionRange.Exactly("a b"), VersionRange.UpTo("="), VersionRange.Exactly("<=1"),
        })
            CodeNames.Split(CodeNames.In(code, range)).ShouldBe((code, range));
        CodeNames.In(code, default).ShouldBe(code);
    }

    [Theory]
    [InlineData("orchestration FOO ~1.0")]
    [InlineData("orchestration FOO <=")]
    [InlineData("orchestration FOO =")]
    public void What_a_newer_node_tells_is_nothing_that_this_one_knows(string code) =>
        CodeNames.Split(code).ShouldBe(("orchestration FOO", null));

    private static string Taken(VersionRange range) => string.Join(
        ' ', new[] { null, "1.9", "2", "10" }.Where(range.Takes).Select(v => v ?? "none"));
}
