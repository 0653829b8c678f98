namespace Perdure.Core.Tests.Versioning;

public sealed class VersionOrderTests
{
    /// <summary>Each older than all behind it.</summary>
    private static readonly string?[] s_ordered =
    [
        null, "-x", "0", "v1", "v2", "v10", "1-alpha", "1-beta.2", "1-beta.10", "1.0", "1+x", "1a", "1.0.1", "1.2",
        "1.9.9", "1.10", "2", "2.0.0.1", "10", "2025-11-01", "2025-11-02", "99999999999999999999999",
        "99999999999999999999999.1",
    ];

    [Fact]
    public void Versions_have_one_order()
    {
        for (int i = 0; i < s_ordered.Length; i++)
        {
            for (int k = 0; k < s_ordered.Length; k++)
                Math.Sign(VersionOrder.Instance.Compare(s_ordered[i], s_ordered[k])).ShouldBe(
                    Math.Sign(i.CompareTo(k)), $"{s_ordered[i]} and {s_ordered[k]}");
        }
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("2", "2.0")]
    [InlineData("2.0", "2.0.0.0")]
    [InlineData("2.0-Beta", "2-bETA")]
    [InlineData("1.02", "1.2")]
    [InlineData("v07", "V7")]
    public void Texts_may_be_the_same_version(string? x, string? y)
    {
        VersionOrder.Same(x, y).ShouldBeTrue();
        VersionOrder.Same(y, x).ShouldBeTrue();
    }

    /// <summary>Any three: what is older than what is older is older.</summary>
    [Fact]
    public void No_three_texts_come_before_each_other_in_a_ring()
    {
        Random random = new(20261201);
        string[] parts = ["0", "1", "2", "10", ".", ".", "-", "+", "a", "B", " ", "é"];
        string[] texts = [.. Enumerable.Range(0, 300).Select(_ =>
            string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => parts[random.Next(parts.Length)])))];
        string[] sorted = [.. texts.Order(VersionOrder.Instance)];
        for (int i = 0; i < sorted.Length; i++)
        {
            for (int k = i; k < sorted.Length; k++)
                VersionOrder.Instance.Compare(sorted[i], sorted[k]).ShouldBeLessThanOrEqualTo(
                    0, $"'{sorted[i]}' and '{sorted[k]}'");
        }
    }
}
