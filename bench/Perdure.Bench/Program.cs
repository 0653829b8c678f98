using Perdure.Bench;

if (BenchOptions.Parse(args, out string? problem) is not { } options)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(BenchOptions.Help);
    return 2;
}
if (options.ShowHelp)
{
    Console.WriteLine(BenchOptions.Help);
    return 0;
}
Report report = new(options.Json);
foreach (string workload in options.Workloads)
    report.Add(await (options.Nodes > 1 ? Nodes.RunAsync(workload, options) : Workloads.RunAsync(workload, options)));
report.Print();
return 0;
