using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.Determinism;

/// <summary>Each rule about members of libraries, used right in an orchestrator.</summary>
public sealed class ForbiddenMemberTests
{
    private const string Sleeping = "[|Thread.Sleep(1)|];"; // Allowed: it is analyzed and never runs.

    [Theory]
    [InlineData("var a = [|DateTime.Now|]; var b = [|DateTime.UtcNow|]; var c = [|DateTime.Today|];")]
    [InlineData("var a = [|DateTimeOffset.Now|]; var b = [|DateTimeOffset.UtcNow|].AddDays(1);")]
    [InlineData("var a = [|System.Diagnostics.Stopwatch.StartNew()|];")]
    [InlineData("var a = [|System.Diagnostics.Stopwatch.GetTimestamp()|];")]
    [InlineData("var a = [|Environment.TickCount|] + [|Environment.TickCount64|];")]
    [InlineData("var a = [|TimeProvider.System.GetUtcNow()|]; var b = [|TimeProvider.System.GetTimestamp()|];")]
    [InlineData("Func<long> a = () => [|DateTime.UtcNow|].Ticks;")]
    [InlineData("DateTime Local() => [|DateTime.UtcNow|];")]
    public Task The_clock(string statements) => Check.InOrchestrator("PERDURE0101", statements);

    [Theory]
    [InlineData("var a = [|Guid.NewGuid()|]; var b = [|Guid.CreateVersion7()|];")]
    [InlineData("var a = new[] { 1 }.Select(_ => [|Guid.NewGuid()|]);")]
    [InlineData("Func<Guid> a = [|Guid.NewGuid|];")]
    public Task Guids(string statements) => Check.InOrchestrator("PERDURE0102", statements);

    [Theory]
    [InlineData("var a = [|new Random()|].Next(); var b = [|Random.Shared|].Next();")]
    [InlineData("var a = [|System.Security.Cryptography.RandomNumberGenerator.GetInt32(6)|];")]
    [InlineData("Random a = [|new()|];")]
    [InlineData("var a = [|\"a\".GetHashCode()|] + [|HashCode.Combine(1)|];")]
    [InlineData("var a = [|s_random|].Next();", "private static readonly Random s_random = new();")]
    [InlineData("var a = [|_random|].Next();", "private readonly Random _random = new();")]
    public Task Random_values(string statements, string members = "") =>
        Check.InOrchestrator("PERDURE0103", statements, members);

    [Theory]
    [InlineData(Sleeping)]
    [InlineData("await [|Task.Delay(5)|];")]
    [InlineData("using var a = [|new PeriodicTimer(TimeSpan.FromSeconds(1))|];")]
    [InlineData("using var a = [|new Timer(_ => { })|];")]
    [InlineData("await [|context.CallActivityAsync(\"Do\").WaitAsync(TimeSpan.FromSeconds(1))|];")]
    [InlineData("using var a = [|new CancellationTokenSource(TimeSpan.FromSeconds(1))|];")]
    public Task Waits(string statements) => Check.InOrchestrator("PERDURE0104", statements);

    [Theory]
    [InlineData("await [|Task.Run(() => 1)|];")]
    [InlineData("await [|Task.Factory.StartNew(() => 1)|];")]
    [InlineData("[|ThreadPool.QueueUserWorkItem(_ => { })|];")]
    [InlineData("var a = [|new Thread(() => { })|];")]
    [InlineData("[|Parallel.For(0, 1, _ => { })|];")]
    [InlineData("await [|context.CallActivityAsync(\"Do\").ContinueWith(_ => { })|];")]
    [InlineData("await [|context.CallActivityAsync<int>(\"Run2\").ContinueWith(_ => 1)|];",
        "[FunctionName(\"Run2\")] public static int Run2([ActivityTrigger] string a) => 1;")]
    [InlineData("var a = [|new TaskCompletionSource()|]; var b = [|new TaskCompletionSource<int>()|];")]
    public Task Other_threads(string statements, string members = "") =>
        Check.InOrchestrator("PERDURE0105", statements, members);

    [Theory]
    [InlineData("var a = [|System.IO.File.ReadAllText(\"a\")|]; [|System.IO.Directory.Exists(\"a\")|];")]
    [InlineData("using var a = [|new System.IO.FileStream(\"a\", System.IO.FileMode.Open)|];")]
    [InlineData("var a = await [|[|new System.Net.Http.HttpClient()|].GetStringAsync(\"http://a\")|];")]
    [InlineData("using var a = [|new System.Net.Sockets.Socket(default, default, default)|];")]
    [InlineData("await [|[|new Npgsql.NpgsqlConnection(\"\")|].OpenAsync()|];")]
    [InlineData("var a = [|Console.ReadLine()|];")]
    [InlineData("await [|_client.StartNewAsync(\"Run\")|];", "private readonly IDurableClient _client = null!;")]
    public Task Input_and_output(string statements, string members = "") =>
        Check.InOrchestrator("PERDURE0106", statements, members);

    [Theory]
    [InlineData("var a = [|Environment.GetEnvironmentVariable(\"a\")|] + [|Environment.MachineName|];")]
    [InlineData("var a = [|Environment.CurrentDirectory|];")]
    [InlineData("var a = [|_settings[\"a\"]|]; var b = [|_settings.GetSection(\"a\")|];",
        "private readonly Microsoft.Extensions.Configuration.IConfiguration _settings = null!;")]
    [InlineData("var a = [|TimeZoneInfo.Local|];")]
    public Task The_environment(string statements, string members = "") =>
        Check.InOrchestrator("PERDURE0107", statements, members);

    [Theory]
    [InlineData("[|lock|] (this) { }")]
    [InlineData("[|Monitor.Enter(this)|];")]
    [InlineData("await [|_gate.WaitAsync()|];", "private readonly SemaphoreSlim _gate = new(1);")]
    [InlineData("using var a = [|new Mutex()|];")]
    public Task Locks(string statements, string members = "") =>
        Check.InOrchestrator("PERDURE0110", statements, members);

    [Theory]
    [InlineData("var a = context.CurrentUtcDateTime; var b = context.NewGuid(); var c = new DateTime(2026, 1, 1);")]
    [InlineData("var a = nameof(DateTime.Now) + nameof(Guid.NewGuid);")]
    [InlineData("var a = new Random(context.NewGuid().GetHashCode()).Next();")]
    [InlineData("await context.CreateTimer(context.CurrentUtcDateTime.AddHours(1));")]
    [InlineData("using var a = new CancellationTokenSource(); a.Cancel();")]
    [InlineData("await Task.WhenAll(new[] { 1, 2 }.Select(n => context.CallActivityAsync(\"Do\", $\"{n}\")));")]
    [InlineData("var a = context.NewGuid().GetHashCode() + 1.GetHashCode();")]
    [InlineData("var a = Environment.NewLine + System.IO.Path.Combine(\"a\", \"b\");")]
    [InlineData("using (await context.LockAsync(new EntityId(\"a\", \"b\"))) { }")]
    [InlineData("var a = await context.CallHttpAsync(System.Net.Http.HttpMethod.Get, new Uri(\"http://a\"));")]
    public Task What_is_allowed(string statements) => Check.InOrchestrator("", statements);

    [Fact]
    public Task Outside_of_orchestrators_everything_is_allowed() => Check.Source("", """
        public class Functions
        {
            [FunctionName("Work")]
            public static async Task Work([ActivityTrigger] string input)
            {
                await Task.Yield();
                Console.WriteLine($"{DateTime.Now} {Guid.NewGuid()} {new Random().Next()} {Environment.MachineName}");
            }
        }
        """);
}
