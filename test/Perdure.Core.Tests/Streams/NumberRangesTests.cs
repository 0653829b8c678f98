using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

public sealed class NumberRangesTests
{
    [Fact]
    public void It_is_the_set_of_the_numbers_that_were_put_in()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random dice = new(seed);
            NumberRanges ranges = NumberRanges.Empty;
            HashSet<long> model = [];
            for (int i = 0; i < 12; i++)
            {
                long from = dice.Next(40);
                long end = from + dice.Next(1, 6);
                ranges = ranges.With(from, end);
                model.UnionWith(Enumerable.Range((int)from, (int)(end - from)).Select(n => (long)n));
                if (dice.Next(6) == 0)
                {
                    long below = dice.Next(20);
                    ranges = ranges.From(below);
                    model.RemoveWhere(n => n < below);
                }
            }
            Enumerable.Range(0, 50).Where(n => ranges.Contains(n)).ShouldBe(model.Order().Select(n => (int)n));
            for (int i = 1; i < ranges.Count; i++)
                ranges[i].From.ShouldBeGreaterThan(ranges[i - 1].End, $"seed {seed}: they touch");
        }
    }
}
