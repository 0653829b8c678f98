using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

// dotnet run                 plays all journeys, or finishes those that a crash has left
// dotnet run -- --crash      begins, and dies by SIGKILL in the middle
bool crash = args.Contains("--crash");
string data = Path.Combine(AppContext.BaseDirectory, "data");
string hub = Path.Combine(data, "travel.db");
Journey[] journeys = Catalogue.Read<Journey[]>("journeys.json");

bool resumed = !crash && Playbook.IsUnfinished(hub, journeys);
if (!resumed)
    Playbook.Clear(data);
using BookingProvider provider = new(Path.Combine(data, "bookings.journal"), dieAfter: crash ? 12 : null);
Proof proof = new(hub);
Console.WriteLine(resumed
    ? $"Going on where a crash has left {proof.CompletedBefore} bookings complete."
    : $"{journeys.Length} journeys begin.");

HostApplicationBuilder builder = Host.CreateApplicationBuilder(
    new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.Services.AddSingleton(Catalogue.Read<Catalogue>("catalogue.json"));
builder.Services.AddSingleton(provider);
builder.Services.AddPerdure(options => options.UseSqlite(hub));
using (IHost host = builder.Build())
{
    await host.StartAsync();
    await Playbook.PlayAsync(host.Services.GetRequiredService<IDurableClient>(), journeys);
    await host.StopAsync();
}

Playbook.PrintHistory(hub, journeys[0].Id);
List<string> problems = proof.Judge(provider.Lines, out string summary);
foreach (string problem in problems)
    Console.WriteLine(problem);
Console.WriteLine(problems.Count == 0 ? $"Proved: {summary}" : $"NOT proved: {problems.Count} problems.");
return problems.Count == 0 ? 0 : 1;
