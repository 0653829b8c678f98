using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class EventTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task Names_do_not_mind_case_and_early_events_wait_in_order()
    {
        Code.Main = async c =>
        {
            await c.WaitForExternalEvent("begin");
            return new[] { await c.WaitForExternalEvent<int>("Number"), await c.WaitForExternalEvent<int>("NUMBER") };
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "number", 1);
        await Client.RaiseEventAsync(id, "nUmBeR", 2);
        await Hub.CrashAsync();
        await Client.RaiseEventAsync(id, "BEGIN");
        (await Hub.OutputAsync<int[]>(id)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task The_newest_waiter_gets_the_next_event()
    {
        Code.Main = async c =>
        {
            Task<string> first = c.WaitForExternalEvent<string>("e");
            Task<string> second = c.WaitForExternalEvent<string>("e");
            return new[] { await second, await first };
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "e", "one");
        await Client.RaiseEventAsync(id, "e", "two");
        (await Hub.OutputAsync<string[]>(id)).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task A_wait_that_timed_out_takes_its_default_or_throws_and_swallows_nothing()
    {
        Code.Main = async c =>
        {
            string one = await c.WaitForExternalEvent("e", TimeSpan.FromMinutes(1), "default");
            string two;
            try
            {
                two = await c.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(1));
            }
            catch (TimeoutException e)
            {
                two = e.Message;
            }
            c.SetCustomStatus("both late");
            string three = await c.WaitForExternalEvent<string>("e");
            string four = await c.WaitForExternalEvent("e", TimeSpan.FromMinutes(1), "default");
            return new[] { one, two, three, four };
        };
        string id = await Client.StartNewAsync("Main");
        await Hub.UntilHistoryAsync(id, "TimerCreated");
        Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        await Hub.UntilHistoryAsync(id, "TimerCreated", 2);
        Hub.Clock.Skip(TimeSpan.FromMinutes(1));
        await Hub.UntilAsync(async () => (await Hub.StatusAsync(id)).CustomStatus.ToString() == "both late");
        await Client.RaiseEventAsync(id, "e", "three");
        await Client.RaiseEventAsync(id, "e", "four");
        (await Hub.OutputAsync<string[]>(id)).ShouldBe(
            ["default", "Event e not received in 00:01:00.", "three", "four"]);
    }

    [Fact]
    public async Task A_wait_ends_by_its_token_and_an_event_in_time_removes_the_timer()
    {
        Code.Main = async c =>
        {
            string got = await c.WaitForExternalEvent("e", TimeSpan.FromHours(1), "late");
            using CancellationTokenSource cancel = new();
            Task<string> wait = c.WaitForExternalEvent<string>("f", TimeSpan.FromHours(1), cancel.Token);
            cancel.Cancel();
            try
            {
                return await wait;
            }
            catch (TaskCanceledException)
            {
                return got + ", cancelled";
            }
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "e", "in time");
        (await Hub.OutputAsync<string>(id)).ShouldBe("in time, cancelled");
        (await Hub.StatusAsync(id, true)).History!.Count(e => e.EventType == "TimerCanceled").ShouldBe(2);
    }

    [Fact]
    public async Task Data_of_another_type_and_waits_with_two_types_are_clear_errors()
    {
        Code.Main = async c =>
        {
            Task<int> number = c.WaitForExternalEvent<int>("number");
            string conflict = Should.Throw<ArgumentException>(() => { _ = c.WaitForExternalEvent<string>("NUMBER"); })
                .Message;
            try
            {
                await number;
                return "read";
            }
            catch (PayloadException e)
            {
                return $"{conflict}\n{e.Message}";
            }
        };
        string id = await Client.StartNewAsync("Main");
        await Client.RaiseEventAsync(id, "number", "not one");
        string text = (await Hub.OutputAsync<string>(id))!;
        text.ShouldContain("already waits for the event 'NUMBER'");
        text.ShouldContain("Cannot read the data of event 'number' as System.Int32: a JSON string is stored");
    }

    [Fact]
    public async Task A_thousand_events_arrive_once_each_and_in_the_order_of_their_sender()
    {
        Code.Main = async c =>
        {
            List<int> seen = [];
            while (seen.Count < 1000)
                seen.Add(await c.WaitForExternalEvent<int>("e"));
            return seen;
        };
        string id = await Client.StartNewAsync("Main");
        for (int i = 0; i < 1000; i += 50)
            await Task.WhenAll(Enumerable.Range(i, 50).Select(n => Client.RaiseEventAsync(id, "e", n)));
        (await Hub.OutputAsync<int[]>(id)).ShouldBe(Enumerable.Range(0, 1000));
    }
}

public sealed class EventOnMemory() : EventTests(Setup.Memory);
public sealed class EventOnMemoryCold() : EventTests(Setup.MemoryCold);
public sealed class EventOnSqlite() : EventTests(Setup.Sqlite);
public sealed class EventOnSqliteCold() : EventTests(Setup.SqliteCold);
