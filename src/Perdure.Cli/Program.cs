using System.Runtime.InteropServices;
using Perdure.Cli;

// The first signal cancels and lets what runs put its things in order; the next one ends the process.
using CancellationTokenSource stop = new();
void OnSignal(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
Terminal terminal = new(Console.Out, Console.Error, Environment.GetEnvironmentVariable, TimeProvider.System);
return (int)await CommandLine.RunAsync(args, terminal, stop.Token);
