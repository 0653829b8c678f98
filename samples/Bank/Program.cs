using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

// dotnet run                 makes all transfers, or finishes those that a crash has left
// dotnet run -- --crash      begins, and dies by SIGKILL in the middle
// dotnet run -- --seed 7     other transfers
bool crash = args.Contains("--crash");
int seed = Array.IndexOf(args, "--seed") is var i and >= 0 && i + 1 < args.Length
    ? int.Parse(args[i + 1], CultureInfo.InvariantCulture)
    : 1;
string data = Path.Combine(AppContext.BaseDirectory, "data");
string hub = Path.Combine(data, "bank.db");
Plan plan = new(seed, AccountCount: 10, TransferCount: 200, FirstEuros: 1_000);

HubRecord? left = null;
if (!crash && HubFile.ReadPlan(hub) is { } earlier && HubFile.Read(hub) is var found
    && found.Ended < earlier.TransferCount)
    (plan, left) = (earlier, found);
Proof proof = new(plan);
if (left is null)
{
    if (Directory.Exists(data))
        Directory.Delete(data, recursive: true);
    Directory.CreateDirectory(data);
    Console.WriteLine($"{plan.TransferCount} transfers among {plan.AccountCount} accounts begin, seed {plan.Seed}.");
}
else
{
    Console.WriteLine($"Going on where a crash has left {left.Ended} of {plan.TransferCount} transfers ended, "
        + $"{left.Held} EUR in the accounts, {left.Deposits} on their way there and {left.Withdrawals} on their way "
        + "out.");
    proof.JudgeCrash(left);
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder(
    new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.SetMinimumLevel(LogLevel.Error);
// Every account has one first deposit; a third of the transfers come through.
builder.Services.AddSingleton(new Fuse(crash ? plan.AccountCount + (plan.TransferCount / 3) : null));
builder.Services.AddPerdure(options => options.UseSqlite(hub));
IReadOnlyList<Transfer> done;
using (IHost host = builder.Build())
{
    await host.StartAsync();
    Teller teller = new(host.Services.GetRequiredService<IDurableClient>(), plan);
    await teller.OpenAsync();
    done = await teller.TransferAsync();
    proof.JudgeRefusals(await teller.OverdrawAsync());
    IReadOnlyDictionary<string, long> balances = await teller.BalancesAsync();
    foreach ((string account, long balance) in balances)
        Console.WriteLine($"  account {account} {balance,6} EUR");
    proof.JudgeBalances(balances, done);
    await Teller.UntilQuietAsync(hub);
    await host.StopAsync();
}
proof.JudgeEnd(HubFile.Read(hub));

foreach (string problem in proof.Problems)
    Console.WriteLine(problem);
string before = left is null
    ? "nothing crashed (try -- --crash)"
    : $"a crash had left {left.Ended} transfers ended and deposits of {left.Deposits} EUR on their way";
Console.WriteLine(proof.Problems.Count > 0
    ? $"NOT proved: {proof.Problems.Count} problems."
    : $"Proved: the sum of all balances never changed: {plan.Total} EUR in {plan.AccountCount} accounts after "
        + $"{plan.TransferCount} transfers, {done.Count} done, {plan.TransferCount - done.Count} refused; nothing is "
        + $"locked; {before}.");
return proof.Problems.Count == 0 ? 0 : 1;
