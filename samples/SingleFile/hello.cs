#:project ../../src/Perdure/Perdure.csproj
#:package Microsoft.Extensions.Hosting
#:property PublishAot=false
// dotnet run hello.cs. Outside of this repository the first line is: #:package Perdure@0.1.0
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddPerdure();
using var host = builder.Build();
await host.StartAsync();

var client = host.Services.GetRequiredService<IDurableClient>();
if (await client.GetStatusAsync("hello") is null)
{
    await client.StartNewAsync("HelloCities", "hello");
    Console.WriteLine($"hello begins. To kill me: kill -9 {Environment.ProcessId}");
}
Console.WriteLine((await client.WaitForCompletionAsync("hello")).Output);
await host.StopAsync();

public static class Functions
{
    [FunctionName("HelloCities")]
    public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        string hello = await context.CallActivityAsync<string>("SayHello", "Tokyo");
        await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(5), CancellationToken.None);
        return $"{hello} {await context.CallActivityAsync<string>("SayHello", "London")}";
    }

    [FunctionName("SayHello")]
    public static string SayHello([ActivityTrigger] string city)
    {
        Console.WriteLine($"  to {city}");
        return $"Hello {city}!";
    }
}
