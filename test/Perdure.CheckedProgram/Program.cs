using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;
using Perdure.CheckedProgram;

// A program that is started to be checked. Its first argument says how its host is built, the second which code it has,
// the third where its hub is, the fourth what the hub is called, and the fifth names a file that shows how far it came.
string builder = args.ElementAtOrDefault(0) ?? "application";
Type[] code = Code.Of(args.ElementAtOrDefault(1) ?? "");
string hub = args.ElementAtOrDefault(2) ?? "perdure.db";
Proof proof = new(args.ElementAtOrDefault(4));
proof.Leave($"process {Environment.ProcessId}");
Console.WriteLine("Before Build.");

switch (builder)
{
    case "application":
        HostApplicationBuilder application = Host.CreateApplicationBuilder();
        Add(application.Services);
        using (IHost host = application.Build())
            await RunAsync(host);
        break;
    case "web":
        WebApplicationBuilder web = WebApplication.CreateBuilder();
        Add(web.Services);
        await using (WebApplication host = web.Build())
            await RunAsync(host);
        break;
    case "default":
        using (IHost host = Host.CreateDefaultBuilder().ConfigureServices(Add).Build())
            await RunAsync(host);
        break;
    case "services":
        ServiceCollection services = new();
        services.AddLogging();
        Add(services);
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            foreach (IHostedService service in provider.GetServices<IHostedService>())
                await service.StartAsync(CancellationToken.None);
        }
        proof.Leave("started");
        break;
    case "fill":
        HostApplicationBuilder filled = Host.CreateApplicationBuilder();
        filled.Logging.ClearProviders();
        Add(filled.Services);
        using (IHost host = filled.Build())
            await Filling.RunAsync(host, int.Parse(args[5], CultureInfo.InvariantCulture));
        break;
    case "nothing":
        using (IHost host = Host.CreateApplicationBuilder().Build())
            Console.WriteLine("This program has never heard of durable functions.");
        return 7;
    case "throws":
        throw new InvalidOperationException("The configuration is not there.");
    case "waits":
        new ManualResetEventSlim().Wait();
        break;
}
return 0;

void Add(IServiceCollection services)
{
    services.AddSingleton(proof);
    services.AddPerdure(options =>
    {
        if (hub.Contains('='))
            options.UsePostgreSql(hub);
        else if (hub == "memory")
            options.UseMemory();
        else
            options.UseSqlite(hub);
        if (args.ElementAtOrDefault(3) is { Length: > 0 } name)
            options.TaskHub = name;
        foreach (Type type in code)
            options.FunctionTypes.Add(type);
    });
    services.AddHostedService<Sibling>();
}

async Task RunAsync(IHost host)
{
    proof.Leave("built");
    await host.StartAsync();
    proof.Leave("started");
    await host.StopAsync();
}
