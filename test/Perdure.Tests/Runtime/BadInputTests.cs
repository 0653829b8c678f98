using Microsoft.Extensions.Options;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class BadInputTests(Setup setup) : HubTests(setup)
{
    private const string HalfPair = "a\ud800b";

    [Fact]
    public async Task Unknown_names_and_bad_ids_are_told_apart_and_say_what_would_be_right()
    {
        Code.Main = c => Task.FromResult<object?>(null);
        (await ThrowsAsync<ArgumentException>(() => Client.StartNewAsync("Nobody")))
            .ShouldContain("Known: Child, Main");
        (await ThrowsAsync<ArgumentException>(() => Client.StartNewAsync("Work")))
            .ShouldContain("no orchestration named 'Work'");
        foreach (string id in new[] { "@x", "a/b", "a\\b", "a#b", "a?b", "a\nb", HalfPair, new string('x', 101) })
        {
            (await ThrowsAsync<ArgumentException>(() => Client.StartNewAsync("Main", id)))
                .ShouldContain("cannot be an instance id");
            await ThrowsAsync<ArgumentException>(() => Client.GetStatusAsync(id));
            await ThrowsAsync<ArgumentException>(() => Client.RaiseEventAsync(id, "e"));
        }
        await Client.StartNewAsync("Main", new string('ü', 100));
        await Hub.EndAsync(new string('ü', 100));
        await ThrowsAsync<ArgumentNullException>(() => Client.RaiseEventAsync("x", null!));
        await ThrowsAsync<ArgumentException>(() => Client.RaiseEventAsync("x", ""));
        await ThrowsAsync<ArgumentException>(() => Client.RaiseEventAsync("x", new string('e', 101)));
        await ThrowsAsync<ArgumentException>(() => Client.TerminateAsync("x", HalfPair));
    }

    [Fact]
    public async Task An_activity_of_an_unknown_name_fails_its_task_and_names_it()
    {
        Code.Main = async c => await c.CallActivityAsync<int>("Nobody");
        DurableOrchestrationStatus status = await Hub.RunAsync();
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        status.Failure!.InnerFailure!.ErrorType.ShouldBe("Perdure.ActivityNotFound");
        status.Output.GetString()!.ShouldContain("no activity function 'Nobody'");
    }

    [Fact]
    public async Task Values_of_another_type_name_type_and_function()
    {
        Code.Work = c => Task.FromResult<object?>(c.GetInput<string>() == "input" ? c.GetInput<int>() : "text");
        Code.Main = async c => c.GetInput<string>() switch
        {
            "own" => c.GetInput<int>(),
            "input" => await c.CallActivityAsync<int>("Work", "input"),
            _ => await c.CallActivityAsync<int>("Work", "result"),
        };
        foreach ((string what, string text) in new[]
        {
            ("own", "Cannot read the input of orchestration 'Main' as System.Int32: a JSON string is stored"),
            ("input", "Cannot read the input of activity 'Work' as System.Int32: a JSON string is stored"),
            ("result", "Cannot read the result of activity 'Work' as System.Int32: a JSON string is stored"),
        })
        {
            DurableOrchestrationStatus status = await Hub.RunAsync(what);
            status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
            status.Output.GetString()!.ShouldContain(text);
        }
    }

    [Fact]
    public async Task Payloads_over_the_limit_and_half_pairs_are_refused_where_they_are_made()
    {
        Hub.ChecksReplay = false;
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.MaxPayloadBytes = 2000);
        string big = new('x', 2000);
        Code.Work = c =>
            Task.FromResult<object?>(c.GetInput<string>() switch { "big" => big, "half" => HalfPair, _ => null });
        Code.Main = async c => c.GetInput<string>() switch
        {
            "input" => await c.CallActivityAsync<string>("Work", big),
            "half input" => await c.CallActivityAsync<string>("Work", HalfPair),
            "child" => await c.CallSubOrchestratorAsync<string>("Main", big),
            "output" => big,
            "half output" => HalfPair,
            string what => await c.CallActivityAsync<string>("Work", what),
        };
        foreach (object bad in new[] { big, HalfPair })
        {
            await ThrowsAsync<PayloadException>(() => Client.StartNewAsync("Main", "id", bad));
            await ThrowsAsync<PayloadException>(() => Client.RaiseEventAsync("id", "e", bad));
        }
        foreach ((string input, string text) in new[]
        {
            ("input", "the input of activity 'Work'"), ("half input", "the input of activity 'Work'"),
            ("child", "the input of orchestration 'Main'"), ("output", "the output of orchestration 'Main'"),
            ("half output", "the output of orchestration 'Main'"), ("big", "the result of activity 'Work'"),
            ("half", "the result of activity 'Work'"),
        })
        {
            DurableOrchestrationStatus status = await Hub.RunAsync(input);
            status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed, input);
            status.Output.GetString()!.ShouldContain(text);
        }
        // Just within the limit travels; zeros and line ends do as well.
        Code.Main = c => Task.FromResult<object?>(c.GetInput<string>());
        string text2 = "\0\u2028\"\\" + new string('y', 1000);
        (await Hub.RunAsync(text2)).Output.GetString().ShouldBe(text2);
    }

    [Fact]
    public async Task A_client_says_so_when_its_host_has_not_started_or_is_gone()
    {
        await Hub.StopAsync();
        Hub.Build();
        (await ThrowsAsync<InvalidOperationException>(() => Client.StartNewAsync("Main")))
            .ShouldContain("has not started");
        (await ThrowsAsync<InvalidOperationException>(() => Client.GetStatusAsync("x")))
            .ShouldContain("has not started");
        (await ThrowsAsync<InvalidOperationException>(() => Client.ListInstancesAsync(new())))
            .ShouldContain("has not started");
        (await ThrowsAsync<InvalidOperationException>(() => Client.WaitForCompletionAsync("x")))
            .ShouldContain("has not started");
        IDurableClient client = Client;
        await Hub.StopAsync();
        await ThrowsAsync<InvalidOperationException>(() => client.StartNewAsync("Main"));
        await Hub.StartAsync();
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_all_told_at_once()
    {
        await Hub.StopAsync();
        OptionsValidationException e = await Should.ThrowAsync<OptionsValidationException>(() => Hub.StartAsync(o =>
        {
            o.TaskHub = "no spaces please";
            o.MaxPayloadBytes = 1;
            o.MaxConcurrentActivities = 0;
            o.SessionCacheSize = -1;
            o.MaxDeaths = 0;
            o.ActivityTimeout = TimeSpan.Zero;
            o.DrainTimeout = TimeSpan.FromDays(1);
            o.Lease = TimeSpan.FromSeconds(1);
        }));
        e.Failures.Count().ShouldBe(8);
        await Hub.DieAsync();
        await Hub.StartAsync(_ => { });
    }

    private static async Task<string> ThrowsAsync<T>(Func<Task> action) where T : Exception =>
        (await Should.ThrowAsync<T>(action)).Message;
}

public sealed class BadInputOnMemory() : BadInputTests(Setup.Memory);
public sealed class BadInputOnSqliteCold() : BadInputTests(Setup.SqliteCold);
