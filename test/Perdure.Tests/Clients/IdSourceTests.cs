using Perdure.Clients;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Clients;

public sealed class IdSourceTests
{
    /// <summary>More than are drawn from the system at a time.</summary>
    private const int Many = 2_000;

    private readonly SkipClock _time = new();

    [Fact]
    public void Instance_ids_are_ordered_by_time_and_unlike_each_other()
    {
        IdSource ids = new(_time);
        List<string> drawn = [];
        long before = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < Many; i++)
        {
            drawn.Add(ids.NewId());
            _time.Skip(TimeSpan.FromMilliseconds(1));
        }

        drawn.ShouldBe(drawn.Order(StringComparer.Ordinal));
        drawn.ShouldBeUnique();
        Guid first = Guid.ParseExact(drawn[0], "N");
        (first.Version, first.Variant >> 2).ShouldBe((7, 2));
        Convert.ToInt64(drawn[0][..12], 16).ShouldBeInRange(before, before + 60_000);
    }

    [Fact]
    public void Nobody_draws_the_random_part_of_another()
    {
        IdSource ids = new(_time);
        List<string> drawn = [];
        Parallel.For(0, Many, i =>
        {
            string id = i % 2 == 0 ? ids.NewId() : ids.NewExecutionId();
            lock (drawn)
                drawn.Add(id[^15..]);
        });

        drawn.Count.ShouldBe(Many);
        drawn.ShouldBeUnique();
    }

    [Fact]
    public void Execution_ids_are_random()
    {
        Guid id = Guid.ParseExact(new IdSource(_time).NewExecutionId(), "N");

        (id.Version, id.Variant >> 2).ShouldBe((4, 2));
    }
}
