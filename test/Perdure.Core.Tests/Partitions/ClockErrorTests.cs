using Perdure.Core.Partitions;

namespace Perdure.Core.Tests.Partitions;

public sealed class ClockErrorTests
{
    [Theory]
    [InlineData(0, 1_000, 1_000, 0, 0)]
    [InlineData(0, 301_000, 1_000, 0, 300_000)]
    [InlineData(0, 1_000, 301_000, 0, -300_000)]
    [InlineData(0, 2_000, 1_000, 100, 1_050)]
    public void An_answer_says_how_wrong_the_clock_is(
        long before, long store, long here, long roundTrip, long expected) =>
        ClockError.After(before, store, here, roundTrip).ShouldBe(expected);

    [Theory]
    [InlineData(50, 1_000, 1_000, 100)]
    [InlineData(0, 1_000, 1_100, 100)]
    [InlineData(1, 1_000, 1_000, 0)]
    [InlineData(-1, 1_000, 1_000, 0)]
    public void What_is_believed_stands_as_long_as_it_can_be_so(long before, long store, long here, long roundTrip) =>
        ClockError.After(before, store, here, roundTrip).ShouldBe(before);

    [Fact]
    public void However_long_answers_take_it_is_wrong_by_half_of_the_longest_at_most()
    {
        Random random = new(7);
        const int longest = 400;
        long real = -123_456, believed = 0;
        for (int i = 0; i < 1_000; i++)
        {
            long roundTrip = random.Next(0, longest + 1), there = random.NextInt64(0, roundTrip + 1);
            long here = 1_000_000 + (i * 1_000);
            believed = ClockError.After(believed, here - (roundTrip - there) + real, here, roundTrip);
            Math.Abs(believed - real).ShouldBeLessThanOrEqualTo((longest / 2) + 2);
        }
        believed = ClockError.After(believed, 2_000_000 + real, 2_000_000, roundTrip: 0);
        Math.Abs(believed - real).ShouldBeLessThanOrEqualTo(1, "a short answer knows more than long ones");
    }
}
