using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

/// <summary>
/// One node: this program again, as a child process. It orders what it is told to by its standard input, says which
/// orders were acknowledged, and leaves the hub when its input ends.
/// </summary>
public sealed class NodeProcess : IDisposable
{
    private const string Begin = "begin";
    private const string Stop = "stop";
    private const string Stopped = "stopped";
    private const string Order = "+";

    private readonly Process _process;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process, ConcurrentBag<string> orders)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == Stopped)
                _stopped.TrySetResult();
            else if (line.Data?.StartsWith(Order, StringComparison.Ordinal) == true)
                orders.Add(line.Data[Order.Length..]);
            else if (line.Data is not null)
                Console.Error.WriteLine(line.Data);
        };
        process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    /// <param name="connectionString">Of the hub.</param>
    /// <param name="orders">Gets the ids of the orders that were acknowledged.</param>
    public static NodeProcess Start(string connectionString, ConcurrentBag<string> orders)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Started as 'dotnet Cluster.dll', the process is dotnet.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(NodeProcess).Assembly.Location);
        start.ArgumentList.Add("--node");
        start.ArgumentList.Add(connectionString);
        return new NodeProcess(Process.Start(start)!, orders);
    }

    /// <summary>What the child does.</summary>
    public static async Task<int> RunAsync(string connectionString)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddPerdure(options => options.UsePostgreSql(connectionString));
        using IHost host = builder.Build();
        await host.StartAsync();
        Load load = new(
            host.Services.GetRequiredService<IDurableClient>(),
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture), id => Console.WriteLine(Order + id));
        // Its input ends when the parent closes it, and also when the parent dies.
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == Begin)
                load.Begin();
            else if (line == Stop)
            {
                await load.StopAsync();
                Console.WriteLine(Stopped);
            }
        }
        await host.StopAsync();
        return 0;
    }

    public void BeginOrders() => _process.StandardInput.WriteLine(Begin);

    /// <summary>No more orders; those that were asked for get their answers.</summary>
    public async Task StopOrdersAsync(TimeSpan patience)
    {
        _process.StandardInput.WriteLine(Stop);
        await _stopped.Task.WaitAsync(patience);
    }

    /// <summary>SIGKILL: nothing is handed over, nothing is released.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task LeaveAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
