// Three nodes on one PostgreSQL: orders run, a node is killed, the others take over, it comes back; and in the end SQL
// says whether every order was done exactly once.
//   dotnet run              all of it: a server of its own, three nodes as child processes, and the proof
//   (with --node <connection string> the program is one of the nodes)
using System.Runtime.InteropServices;

if (args is ["--node", string connectionString])
    return await NodeProcess.RunAsync(connectionString);
// Ctrl+C leaves neither nodes nor a server behind.
using CancellationTokenSource stop = new();
void OnSignal(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
try
{
    return await new Show(Console.Out, stop.Token).RunAsync();
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
