using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddPerdure(); // Finds the functions of this program; their progress is kept in ./perdure.db.
using var host = builder.Build();
await host.StartAsync(); // What an earlier run has left unfinished goes on from here.

// One order, one id: however often this program is started, the order is placed once.
string id = args.FirstOrDefault() ?? "order-1";
var client = host.Services.GetRequiredService<IDurableClient>();
if (await client.GetStatusAsync(id) is null)
{
    await client.StartNewAsync("Checkout", id, new Order("tea", 12));
    Console.WriteLine($"{id} begins. Kill me while it waits, and start me again: kill -9 {Environment.ProcessId}");
}
else
    Console.WriteLine($"{id} was begun by an earlier run.");

try
{
    var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
    DurableOrchestrationStatus status = await client.WaitForCompletionAsync(id, cancellationToken: stopping);
    Console.WriteLine($"{id} is {status.RuntimeStatus}: {status.Output}");
}
catch (OperationCanceledException)
{
    Console.WriteLine($"{id} goes on when this program runs again.");
}
await host.StopAsync();
