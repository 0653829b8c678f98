using System.Text;
using Perdure.AspNetCore.Links;
using Perdure.AspNetCore.Tests.Support;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;

namespace Perdure.AspNetCore.Tests;

public sealed class LinkTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public async Task Whoever_has_the_answer_can_do_everything_that_it_lists()
    {
        await using App app = await App.StartAsync(Credentials.Configure);
        Reply start = await app.SendAsync(
            "POST", "orchestrators/Approval/%C3%A4%2B%201", headers: ("x-functions-key", Credentials.Operator.Key));
        start.Status.ShouldBe(202);
        (await app.GetAsync(start["statusQueryGetUri"])).Status.ShouldBe(202);
        (await app.PostAsync(Said(start["suspendPostUri"]))).Status.ShouldBe(202);
        (await app.PostAsync(Said(start["resumePostUri"]))).Status.ShouldBe(202);
        string approve = start["sendEventPostUri"].Replace("{eventName}", "Approval", StringComparison.Ordinal);
        (await app.PostAsync(approve, "\"yes\"")).Status.ShouldBe(202);
        await app.Client.WaitForCompletionAsync("ä+ 1");
        (await app.PostAsync(start["restartPostUri"])).Status.ShouldBe(202);
        (await app.PostAsync(Said(start["terminatePostUri"]))).Status.ShouldBe(410);
        (await app.DeleteAsync(start["purgeHistoryDeleteUri"])).Status.ShouldBe(200);
        (await app.GetAsync(start["statusQueryGetUri"])).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_link_reaches_no_other_instance_and_nothing_of_the_hub()
    {
        await using App app = await App.StartAsync(Credentials.Configure);
        await app.StartedAsync("Parent", "one");
        await App.UntilAsync(async () => await app.Client.GetStatusAsync("one-child") is not null);
        string code = Credentials.CodeIn(app.Client.CreateHttpManagementPayload("one").StatusQueryGetUri);
        foreach (string other in (string[])["one-child", "One", "on%65%2D", "one%20", "one%00", "%6Fne%2Fone-child"])
            (await app.GetAsync($"instances/{other}?code={code}")).Status.ShouldBeOneOf(400, 401);
        (await app.GetAsync($"instances/%6F%6E%65?code={code}")).Status.ShouldBe(202);
        (await app.GetAsync($"instances?code={code}")).Status.ShouldBe(403);
        (await app.GetAsync($"instances/?code={code}")).Status.ShouldBe(403);
        (await app.PostAsync($"orchestrators/Approval/one?code={code}")).Status.ShouldBe(403);
        // Its sub-orchestrations are other instances.
        (await app.PostAsync($"instances/one/terminate?recursive=true&code={code}")).Status.ShouldBe(403);
        (await app.DeleteAsync($"instances/one?recursive=true&code={code}")).Status.ShouldBe(403);
        (await app.GetAsync($"instances/one?taskHub=other&code={code}")).Status.ShouldBe(404);
        (await app.Client.GetStatusAsync("one-child"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
    }

    [Fact]
    public void A_code_is_good_for_one_hub_one_instance_one_key_and_its_time()
    {
        FixedTime time = new();
        InstanceLinks links = Links("hub", s_key, time);
        string code = links.CodeFor("one");
        links.Check(code, "one").ShouldBe(LinkState.Valid);
        links.Check(code, "two").ShouldBe(LinkState.Invalid);
        Links("other", s_key, time).Check(code, "one").ShouldBe(LinkState.Invalid);
        Links("HUB", s_key, time).Check(code, "one").ShouldBe(LinkState.Valid);
        Links("hub", [.. s_key.Reverse()], time).Check(code, "one").ShouldBe(LinkState.Invalid);
        time.Now += TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1);
        links.Check(code, "one").ShouldBe(LinkState.Valid);
        time.Now += TimeSpan.FromSeconds(1);
        links.Check(code, "one").ShouldBe(LinkState.Expired);
        // Somebody without the key does not even learn that a code has expired.
        links.Check(code, "two").ShouldBe(LinkState.Invalid);
    }

    [Fact]
    public void Every_change_of_a_code_makes_it_invalid()
    {
        InstanceLinks links = Links("hub", s_key, new FixedTime());
        string code = links.CodeFor("one");
        for (int i = 0; i < code.Length; i++)
        {
            foreach (char c in "0129Aaz-_.=+/ %\n")
            {
                if (c == code[i])
                    continue;
                StringBuilder changed = new(code) { [i] = c };
                links.Check(changed.ToString(), "one").ShouldBe(LinkState.Invalid, changed.ToString());
            }
            links.Check(code.Remove(i, 1), "one").ShouldBe(LinkState.Invalid);
            links.Check(code.Insert(i, "0"), "one").ShouldBe(LinkState.Invalid);
        }
        foreach (string bad in (string[])["", ".", "l1", "l1..", "l1.0.", "l1.-1.x", new string('l', 100_000)])
            links.Check(bad, "one").ShouldBe(LinkState.Invalid);
    }

    [Fact]
    public async Task Every_host_of_a_hub_takes_the_links_of_the_others_without_being_told_a_key()
    {
        MemoryStore hub = new(
            "hub", new HubSecret(s_key), 4, () => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await using App first = await App.StartAsync(
            Credentials.Configure, hub: o => o.Source = new GivenStore(hub.Beside()));
        await using App second = await App.StartAsync(
            Credentials.Configure, hub: o => o.Source = new GivenStore(hub.Beside()));
        await using App third = await App.StartAsync(
            o =>
            {
                Credentials.Configure(o);
                o.LinkSigningKey = Convert.ToBase64String([.. s_key.Reverse()]);
            }, hub: o => o.Source = new GivenStore(hub.Beside()));
        await first.StartedAsync("Approval", "one");
        string code = Credentials.CodeIn(first.Client.CreateHttpManagementPayload("one").StatusQueryGetUri);

        (await second.GetAsync($"instances/one?code={code}")).Status.ShouldBe(202);
        (await third.GetAsync($"instances/one?code={code}")).Status.ShouldBe(401, "a key that is set counts");
    }

    [Fact]
    public async Task A_link_outlives_a_restart_of_a_hub_in_a_file()
    {
        string folder = Directory.CreateTempSubdirectory("perdure-").FullName;
        void OnFile(PerdureOptions o) => o.UseSqlite(Path.Combine(folder, "hub.db"));
        string code;
        await using (App app = await App.StartAsync(Credentials.Configure, hub: OnFile))
        {
            await app.StartedAsync("Approval", "one");
            code = Credentials.CodeIn(app.Client.CreateHttpManagementPayload("one").StatusQueryGetUri);
        }
        await using (App app = await App.StartAsync(Credentials.Configure, hub: OnFile))
            (await app.GetAsync($"instances/one?code={code}")).Status.ShouldBe(202);
        Directory.Delete(folder, true);
    }

    private static string Said(string address) => address.Replace("{text}", "because", StringComparison.Ordinal);

    private static InstanceLinks Links(string hub, byte[] key, TimeProvider time) =>
        new(hub, () => key, TimeSpan.FromHours(24), time);

    private sealed class FixedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
