using System.Globalization;
using Perdure.Torture.DiskFull;
using Perdure.Torture.Events;
using Perdure.Torture.FanOut;
using Perdure.Torture.Killing;
using Perdure.Torture.Nodes;
using Perdure.Torture.Worker;
using Perdure.Torture.Workload;

if (args is ["worker", var hub, var journals, var under, var run, var workerSeed, var mode])
{
    return await WorkerProgram.RunAsync(
        new WorkerFiles(hub, journals), Enum.Parse<Load>(under), Number(run), Number(workerSeed),
        calm: mode == "calm");
}

if (args is [EventsWorker.Command, var orders, var ordersJournals, var ordersRun, var ordersSeed, var ordersMode])
{
    return await EventsWorker.RunAsync(
        new WorkerFiles(orders, ordersJournals), Number(ordersRun), Number(ordersSeed), calm: ordersMode == "calm");
}

if (args is [NodeOrder.Command, ..])
    return await NodeProgram.RunAsync(NodeOrder.Of(args));

int seed = Option("--seed") ?? Random.Shared.Next(1, int.MaxValue);
bool diskFull = args.Contains("--disk-full");
bool nodes = args.Contains("--nodes");
bool builds = args.Contains("--builds");
bool fanOut = args.Contains("--fanout");
bool events = args.Contains("--events");
int activities = Option("--activities") ?? 10_000;
Load load = args.Contains("--bank") ? Load.Bank : Load.Everyday;
string name = load == Load.Bank ? "bank" : "torture";
int kills = Option("--kills") ?? 20;
DirectoryInfo work = Directory.CreateTempSubdirectory("perdure-torture-");
string what = diskFull ? "disk full"
    : nodes && events ? $"events on nodes: {kills} kills"
    : nodes ? $"{(builds ? "builds" : "nodes")}: {kills} of each"
    : fanOut ? $"fanout: {activities} activities"
    : events ? $"events: {kills} kills"
    : $"{name}: {kills} kills";
Console.WriteLine($"{what}, seed {seed}, files in {work.FullName}");
WorkerFiles files = new(Path.Combine(work.FullName, "hub"), work.FullName);
int verdict = nodes && events
    ? await new EventsOnNodes(Path.Combine(work.FullName, "nodes"), seed, kills).RunAsync()
    : builds
    ? await new NodesCampaign(Path.Combine(work.FullName, "builds"), seed, kills, hasBuilds: true).RunAsync()
    : nodes
    ? await NodesAsync()
    : fanOut
    ? await new FanOutCampaign(Path.Combine(work.FullName, "fanout"), seed, activities).RunAsync()
    : events
    ? await new EventsCampaign(files, Path.Combine(work.FullName, "copy"), seed, kills).RunAsync()
    : diskFull
    ? await new DiskFullRun(work.FullName, seed, Option("--times") ?? 4).RunAsync()
    : await new Campaign(files, load, Path.Combine(work.FullName, "copy"), seed, kills).RunAsync();
// What failed is worth a look; what passed is only large.
if (verdict == 0)
    work.Delete(recursive: true);
return verdict;

// The short one first: a judge that does not find what is lost there finds nothing.
async Task<int> NodesAsync() =>
    Math.Max(
        await new NodesCampaign(Path.Combine(work.FullName, "careless"), seed, 2, isCareless: true).RunAsync(),
        await new NodesCampaign(Path.Combine(work.FullName, "nodes"), seed, kills).RunAsync());

int? Option(string name) =>
    Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? Number(args[i + 1]) : null;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
