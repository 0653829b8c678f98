using Perdure.Core.Identity;

namespace Perdure.Core.Tests.Identity;

/// <summary>Keys that people choose are spread over all places.</summary>
public class KeyPlaceTests
{
    [Theory]
    [InlineData("customer-{0:00}", 20, 4)]
    [InlineData("{0}", 64, 8)]
    [InlineData("device/{0:0000}/north", 1_000, 32)]
    [InlineData("{0:x8}", 1_000, 32)]
    public void Keys_that_differ_in_a_few_digits_use_all_places(string format, int keys, int places)
    {
        int[] counts = new int[places];
        for (int i = 0; i < keys; i++)
            counts[InstanceIds.Place(string.Format(null, format, i), places)]++;
        counts.Min().ShouldBeGreaterThan(0);
        counts.Max().ShouldBeLessThan((keys / places * 3) + 3);
    }

    [Fact]
    public void A_key_belongs_to_the_same_place_for_ever() =>
        new[] { "", "a", "customer-07", "größe", "😀" }.Select(k => InstanceIds.Place(k, 1_024))
            .ShouldBe([0, 544, 509, 781, 527]);
}
