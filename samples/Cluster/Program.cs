// Three nodes on one PostgreSQL: orders run, a node is killed, the others take over, it comes back; and in the end SQL
// says whether every order was done exactly once.
//   dotnet run              all of it: a server of its own, three nodes as child processes, and the proof
//   (with --node <connection string> the program is one of the nodes)
if (args is ["--node", string connectionString])
    return await NodeProcess.RunAsync(connectionString);
try
{
    return await new Show(Console.Out).RunAsync();
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
