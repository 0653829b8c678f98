using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Circuits: what stops when too much fails, and how it goes on.</summary>
public abstract class CircuitTests(Setup setup) : HubTests(setup)
{
    private const string Own = "fn:Pay";

    private readonly Downstream _downstream = new();

    private ICircuitClient Circuits => Hub.Provider.GetRequiredService<ICircuitClient>();

    private IDeadLetterClient DeadLetters => Hub.Provider.GetRequiredService<IDeadLetterClient>();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions = [typeof(Payments)];
        Hub.Services = services => services.AddSingleton(_downstream);
        Hub.ChecksReplay = false;
        await StartAsync(_ => { });
    }

    [Fact]
    public async Task Too_many_failures_open_it_nothing_runs_and_nothing_is_lost()
    {
        _downstream.IsAway = true;
        await SendAsync(0, 40);
        Circuit open = await UntilAsync(Own, CircuitStatus.Open);
        open.Epoch.ShouldBe(1);
        open.Reason!.ShouldContain("more than 5 open it");
        await SendAsync(40, 20);
        await QuietAsync();
        int tried = _downstream.Tried;
        await Hub.CrashAsync();
        (await Circuits.GetAsync(Own))!.Status.ShouldBe(CircuitStatus.Open);
        await SendAsync(60, 20);
        _downstream.Tried.ShouldBe(tried, "while it is open its function does not run");

        _downstream.IsAway = false;
        await Circuits.ResumeAsync(Own, "ada", "it is back");
        await Hub.UntilAsync(() => _downstream.Done.Distinct().Count() == 80, "all are processed");
        Circuit closed = await UntilAsync(Own, CircuitStatus.Closed);
        closed.By.ShouldBe("ada");
        await Hub.UntilAsync(async () => await ActiveAsync() == 0, "what was put aside has run again");
        _downstream.Done.GroupBy(d => d).Where(g => g.Count() > 1).ShouldBeEmpty("each ran once");
    }

    [Fact]
    public async Task One_failure_fewer_leaves_it_closed()
    {
        _downstream.IsAway = true;
        await SendAsync(0, 5);
        await Hub.UntilAsync(async () => await ActiveAsync() == 5);
        await Hub.UntilAsync(async () => (await Circuits.GetAsync(Own))!.Failures == 5);
        _downstream.IsAway = false;
        await SendAsync(5, 5);
        await Hub.UntilAsync(() => _downstream.Done.Count == 5);
        Circuit circuit = (await Circuits.GetAsync(Own))!;
        (circuit.Status, circuit.Epoch).ShouldBe((CircuitStatus.Closed, 0));
        circuit.Causes.Single().Count.ShouldBe(5);
    }

    [Fact]
    public async Task Events_of_a_stream_wait_and_keep_their_order()
    {
        _downstream.IsAway = true;
        for (int i = 0; i < 50; i++)
            await Hub.Streams.AppendAsync("bookings", i, "one key");
        await UntilAsync("fn:Book", CircuitStatus.Open);
        await QuietAsync();
        _downstream.IsAway = false;
        await Circuits.ResumeAsync("fn:Book");
        await Hub.UntilAsync(() => _downstream.Done.Distinct().Count() == 50);
        _downstream.Done.ToArray().ShouldBe(
            [.. Enumerable.Range(0, 50)], "what tripped it runs before all that came later");
        await Hub.UntilAsync(async () => await ActiveAsync() == 0);
    }

    [Fact]
    public async Task By_itself_it_tries_and_closes_when_the_trouble_is_over()
    {
        await Hub.StopAsync();
        await StartAsync(o =>
        {
            o.Circuits.Default.Recovery = CircuitRecovery.Auto;
            o.Circuits.Default.BreakDuration = TimeSpan.FromMinutes(1);
        });
        _downstream.IsAway = true;
        await SendAsync(0, 30);
        await UntilAsync(Own, CircuitStatus.Open);
        Hub.Clock.Skip(TimeSpan.FromMinutes(2));
        await Hub.UntilAsync(async () => (await Circuits.GetAsync(Own))!.Epoch == 2, "the first attempt is in vain");
        _downstream.IsAway = false;
        Hub.Clock.Skip(TimeSpan.FromMinutes(4));
        await UntilAsync(Own, CircuitStatus.Closed);
        await Hub.UntilAsync(() => _downstream.Done.Distinct().Count() == 30);
        await Hub.UntilAsync(async () => await ActiveAsync() == 0);
    }

    [Fact]
    public async Task A_restart_link_is_for_one_opening_and_is_used_up_with_it()
    {
        _downstream.IsAway = true;
        await SendAsync(0, 30);
        await UntilAsync(Own, CircuitStatus.Open);
        const string address = "circuits/restart?token=";
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Text.Contains(address, StringComparison.Ordinal)));
        string line = Hub.Log.All.First(l => l.Text.Contains(address, StringComparison.Ordinal)).Text;
        string token = line[(line.IndexOf(address, StringComparison.Ordinal) + address.Length)..];
        (await Circuits.ReadLinkAsync(token)).Name.ShouldBe(Own);
        (await Circuits.GetAsync(Own))!.Status.ShouldBe(CircuitStatus.Open, "looking at it changes nothing");
        _downstream.IsAway = false;
        await Circuits.FollowLinkAsync(token, "ada");
        await UntilAsync(Own, CircuitStatus.Closed);
        await Hub.UntilAsync(() => _downstream.Done.Distinct().Count() == 30);
        InvalidOperationException used =
            await Should.ThrowAsync<InvalidOperationException>(() => Circuits.FollowLinkAsync(token));
        used.Message.ShouldContain("that opening (1) is over: it is Closed");
        await Should.ThrowAsync<InvalidOperationException>(() => Circuits.ReadLinkAsync(token));
        (await Should.ThrowAsync<ArgumentException>(() => Circuits.FollowLinkAsync(token + "x"))).Message
            .ShouldContain("it is not one that this hub has made");
        Hub.Clock.Skip(TimeSpan.FromHours(25));
        (await Should.ThrowAsync<ArgumentException>(() => Circuits.ReadLinkAsync(token))).Message
            .ShouldContain("it has run out");
    }

    [Fact]
    public async Task A_function_that_opens_it_has_not_failed()
    {
        _downstream.Opens = new OpenCircuitException("The bank is closed.", "bank", TimeSpan.FromMinutes(5));
        await SendAsync(0, 3);
        Circuit open = await UntilAsync("bank", CircuitStatus.Open);
        open.Reason.ShouldBe("The bank is closed.");
        open.NextProbe.ShouldNotBeNull();
        _downstream.Opens = null;
        Hub.Clock.Skip(TimeSpan.FromMinutes(6));
        await Hub.UntilAsync(() => _downstream.Done.Distinct().Count() == 3);
        (await ActiveAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_bad_itself_counts_is_no_probe_and_does_not_run_again()
    {
        await Hub.Streams.AppendAsync("bookings", "no number", "k");
        await Hub.UntilAsync(async () => await ActiveAsync() == 1);
        DeadLetter letter = (await DeadLetters.ListAsync()).DeadLetters.Single();
        (letter.Reason, letter.Failures).ShouldBe((DeadLetterReason.Unbindable, 1));
        await Hub.UntilAsync(async () => (await Circuits.GetAsync("fn:Book"))!.Failures == 1);
        await Circuits.OpenAsync("fn:Book");
        await Hub.Streams.AppendAsync("bookings", "no number either", "k");
        await Hub.Streams.AppendAsync("bookings", 1, "k");
        await Hub.Streams.AppendAsync("bookings", 2, "k");
        await Circuits.ProbeAsync("fn:Book");
        await UntilAsync("fn:Book", CircuitStatus.Closed);
        await Hub.UntilAsync(() => _downstream.Done.Count == 2);
        (await ActiveAsync()).ShouldBe(2);
        (await Circuits.GetAsync("fn:Book"))!.Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task A_circuit_of_a_dependency_stops_all_functions_that_need_it()
    {
        await Circuits.IsolateAsync("bank", "ada", "maintenance");
        await SendAsync(0, 3);
        await Hub.Queues.SendAsync("others", 100);
        await Hub.UntilAsync(() => _downstream.Done.Contains(100), "who does not need it runs");
        _downstream.Done.Count.ShouldBe(1);
        await Circuits.ResumeAsync("bank", "ada");
        await Hub.UntilAsync(() => _downstream.Done.Count == 4);
        (await Circuits.GetAsync("bank"))!.History.Select(h => (h.To, h.By, h.Reason)).ShouldBe(
            [(CircuitStatus.Closed, "ada", null), (CircuitStatus.Isolated, "ada", "maintenance")]);
    }

    [Fact]
    public async Task Activities_that_need_what_is_away_wait_and_do_not_fail()
    {
        _downstream.IsAway = true;
        string[] tripping = await TransferAsync(0, 6);
        Circuit open = await UntilAsync("clearing", CircuitStatus.Open);
        open.Failures.ShouldBe(6);
        string[] later = await TransferAsync(6, 14);
        await Hub.UntilAsync(() => Hub.Host.Node.ActivityCircuits.Waiting == 14);
        await Hub.CrashAsync();
        later = [.. later, .. await TransferAsync(20, 1)];
        await Hub.UntilAsync(() => Hub.Host.Node.ActivityCircuits.Waiting == 15);
        _downstream.Tried.ShouldBe(6, "while it is open nothing runs");

        _downstream.IsAway = false;
        await Circuits.ResumeAsync("clearing");
        foreach (string id in tripping)
            (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed, "it opened it");
        foreach (string id in later)
            (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, "it has waited");
        _downstream.Done.Order().ShouldBe(Enumerable.Range(6, 15));
    }

    [Fact]
    public async Task An_activity_finds_out_whether_the_trouble_is_over()
    {
        TimeSpan rest = TimeSpan.FromMinutes(5);
        _downstream.Opens = new OpenCircuitException("The clearing house is closed.", "clearing", rest);
        string id = await Hub.Client.StartNewAsync("Transfer", new StartOptions(), 1);
        await UntilAsync("clearing", CircuitStatus.Open);
        _downstream.Opens = null;
        Hub.Clock.Skip(TimeSpan.FromMinutes(6));
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, "it has not failed");
        await Hub.UntilAsync(async () => (await Circuits.GetAsync("clearing"))!.Status != CircuitStatus.Open);
    }

    [Fact]
    public async Task Commands_that_mean_nothing_are_answered_clearly()
    {
        (await Circuits.GetAsync("nowhere")).ShouldBeNull();
        (await Should.ThrowAsync<ArgumentException>(() => Circuits.OpenAsync("nowhere"))).Message.ShouldBe(
            "There is no circuit 'nowhere'. Known: bank, fn:Book, fn:Other, fn:Pay.");
        (await Should.ThrowAsync<InvalidOperationException>(() => Circuits.ProbeAsync(Own))).Message.ShouldBe(
            "The circuit 'fn:Pay' stays as it is: it is Closed, and only what is open can be tried.");
        (await Circuits.ListAsync()).Select(c => (c.Name, c.Status)).ShouldContain((Own, CircuitStatus.Closed));
        (await Hub.Client.ListEntitiesAsync(new EntityQuery(), CancellationToken.None)).Entities.ShouldBeEmpty();
    }

    private Task StartAsync(Action<PerdureOptions> configure) => Hub.StartAsync(o =>
    {
        o.Circuits.Default.Failures = 5;
        o.Circuits.Default.SuccessesToClose = 2;
        o.Circuits.Default.RampUp = TimeSpan.Zero;
        o.Circuits.Named["bank"] = new CircuitSettings { Failures = 1_000, RampUp = TimeSpan.Zero };
        o.Circuits.Notify.BaseUrl = new Uri("http://perdure.example/runtime/webhooks/durabletask");
        configure(o);
    });

    private async Task SendAsync(int first, int count)
    {
        for (int i = first; i < first + count; i++)
            await Hub.Queues.SendAsync("payments", i);
    }

    private Task<string[]> TransferAsync(int first, int count) => Task.WhenAll(
        Enumerable.Range(first, count).Select(i => Hub.Client.StartNewAsync("Transfer", new StartOptions(), i)));

    private async Task<Circuit> UntilAsync(string name, CircuitStatus status)
    {
        await Hub.UntilAsync(
            async () => (await Circuits.GetAsync(name))?.Status == status, $"the circuit {name} is {status}");
        return (await Circuits.GetAsync(name))!;
    }

    /// <summary>What ran when the circuit opened has ended.</summary>
    private Task QuietAsync() =>
        Hub.UntilAsync(() => Hub.Host.Node.Triggers is { Running: 0, Waiting: 0 });

    private async Task<int> ActiveAsync() =>
        (await DeadLetters.GroupAsync(new DeadLetterFilter { State = DeadLetterState.Active })).Sum(g => (int)g.Count);

    public sealed class Downstream
    {
        private int _tried;

        public bool IsAway { get; set; }

        public OpenCircuitException? Opens { get; set; }

        public int Tried => _tried;

        public ConcurrentQueue<int> Done { get; } = [];

        public void Call(int number)
        {
            Interlocked.Increment(ref _tried);
            if (Opens is not null)
                throw Opens;
            if (IsAway)
                throw new InvalidOperationException("the bank is away");
            Done.Enqueue(number);
        }
    }

    private sealed class Payments(Downstream downstream)
    {
        [FunctionName("Pay")]
        [FixedDelayRetry(0, "00:00:01")]
        [Circuit("bank")]
        public void Pay([QueueTrigger("payments")] int number) => downstream.Call(number);

        [FunctionName("Book")]
        [FixedDelayRetry(0, "00:00:01")]
        public void Book([EventHubTrigger("bookings")] int number) => downstream.Call(number);

        [FunctionName("Clear")]
        [Circuit("clearing")]
        public void Clear([ActivityTrigger] int number) => downstream.Call(number);

        [FunctionName("Transfer")]
        public static Task Transfer([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            context.CallActivityAsync("Clear", context.GetInput<int>());

        [FunctionName("Other")]
        public void Other([QueueTrigger("others")] int number) => downstream.Done.Enqueue(number);
    }
}

public sealed class MemoryCircuitTests() : CircuitTests(Setup.Memory);

public sealed class SqliteCircuitTests() : CircuitTests(Setup.Sqlite);
