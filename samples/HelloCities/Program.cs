using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddPerdure();
using var host = builder.Build();
await host.StartAsync();
var client = host.Services.GetRequiredService<IDurableClient>();
string id = await client.StartNewAsync("HelloCities");
Console.WriteLine((await client.WaitForCompletionAsync(id)).Output);
await host.StopAsync();

public static class Functions
{
    [FunctionName("HelloCities")]
    public static async Task<List<string>> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
    [
        await context.CallActivityAsync<string>("SayHello", "Tokyo"),
        await context.CallActivityAsync<string>("SayHello", "Seattle"),
        await context.CallActivityAsync<string>("SayHello", "London"),
    ];

    [FunctionName("SayHello")]
    public static string SayHello([ActivityTrigger] string city) => $"Hello {city}!";
}
