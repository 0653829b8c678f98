using Perdure.Core.Streams;

namespace Perdure.Core.Tests.Streams;

/// <summary>Which ids of a log are remembered, and how long.</summary>
public sealed class RecentIdsTests
{
    private readonly RecentIds _ids = new(window: 1_000);

    [Fact]
    public void An_id_is_known_until_its_event_is_too_old()
    {
        _ids.Add("a", 7, at: 5_000);
        _ids.Forget(now: 6_000, end: 8);
        _ids.Find("a").ShouldBe(7);
        _ids.Find("b").ShouldBeNull();
        _ids.Forget(now: 6_001, end: 8);
        _ids.Find("a").ShouldBeNull();
        _ids.Count.ShouldBe(0);
    }

    [Fact]
    public void An_id_is_known_until_its_event_is_too_far_back()
    {
        _ids.Add("a", 7, at: 5_000);
        _ids.Forget(now: 5_000, end: RecentIds.EventsMax + 7);
        _ids.Find("a").ShouldBe(7);
        _ids.Forget(now: 5_000, end: RecentIds.EventsMax + 8);
        _ids.Find("a").ShouldBeNull();
    }

    [Fact]
    public void What_was_not_appended_after_all_is_not_known_and_may_come_again()
    {
        _ids.Add("a", 7, at: 5_000);
        _ids.Add("b", 8, at: 5_000);
        _ids.Remove(7, 8);
        _ids.Find("a").ShouldBeNull();
        _ids.Find("b").ShouldBe(8);
        _ids.Add("a", 9, at: 6_000);
        _ids.Forget(now: 6_500, end: 10);
        _ids.Find("a").ShouldBe(9, "only the first one is too old");
        _ids.Find("b").ShouldBeNull();
    }
}
