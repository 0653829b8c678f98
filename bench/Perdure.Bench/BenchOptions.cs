using System.Globalization;

namespace Perdure.Bench;

internal sealed record BenchOptions
{
    public const string Help = """
        Measures Perdure beside the limit of the same machine.

          dotnet run -c Release --project bench/Perdure.Bench -- [workload…] [options]

        Workloads   hello latency fanout-1000 fanout-10000 children timers events waiting entity-signals
                    entity-calls entity-hot locks queue stream stream-orders http-start limit-store
                    limit-file
                    fanout = both fan-outs, entities = all three of entities, limit = both limits; none = all
        Options     --store sqlite|memory|postgresql
                                               default sqlite
                    --connection TEXT          of the PostgreSQL server; schemas named bench_… are made anew
                    --outstanding N            orchestrations at the same time, default 256
                    --nodes N                  hello and limit-store in N processes beside each other, on
                                               PostgreSQL: hello as nodes of one hub
                    --seconds N                length of a measured run, default 6
                    --path DIR                 where the files go, default a folder under the temporary folder
                    --json                     one JSON object a line instead of a table
        """;

    private static readonly string[] Known =
        ["hello", "latency", "fanout-1000", "fanout-10000", "children", "timers", "events", "waiting",
            "entity-signals", "entity-calls", "entity-hot", "locks", "queue", "stream", "stream-orders",
            "http-start", "limit-store", "limit-file"];

    public required IReadOnlyList<string> Workloads { get; init; }
    public string Store { get; private init; } = "sqlite";
    public string? Connection { get; private init; }
    public int Outstanding { get; private init; } = 256;
    public int Nodes { get; private init; } = 1;

    /// <summary>Which of the nodes this process is; null if it is not one of several.</summary>
    public int? Place { get; private init; }

    public double Seconds { get; private init; } = 6;
    public string Folder { get; private init; } = Path.Combine(Path.GetTempPath(), "perdure-bench");
    public bool Json { get; private init; }
    public bool ShowHelp { get; private init; }

    public static BenchOptions? Parse(string[] args, out string? problem)
    {
        problem = null;
        List<string> workloads = [];
        BenchOptions options = new() { Workloads = workloads };
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--json": options = options with { Json = true }; break;
                case "--help" or "-h": options = options with { ShowHelp = true }; break;
                case "--store" when value is "sqlite" or "memory" or "postgresql":
                    options = options with { Store = value }; i++; break;
                case "--connection" when value is not null: options = options with { Connection = value }; i++; break;
                case "--path" when value is not null:
                    options = options with { Folder = Path.GetFullPath(value) }; i++; break;
                case "--outstanding" when int.TryParse(value, out int n) && n > 0:
                    options = options with { Outstanding = n }; i++; break;
                case "--nodes" when int.TryParse(value, out int nodes) && nodes > 0:
                    options = options with { Nodes = nodes }; i++; break;
                case "--place" when int.TryParse(value, out int place):
                    options = options with { Place = place }; i++; break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double s) && s > 0:
                    options = options with { Seconds = s }; i++; break;
                case "fanout": workloads.AddRange(["fanout-1000", "fanout-10000"]); break;
                case "entities": workloads.AddRange(["entity-signals", "entity-calls", "entity-hot"]); break;
                case "limit": workloads.AddRange(["limit-store", "limit-file"]); break;
                case var name when Known.Contains(name): workloads.Add(name); break;
                default: problem =
                    $"'{args[i]}' is not understood{(value is null ? "" : $" (before '{value}')")}."; return null;
            }
        }
        if (options is { Store: "postgresql", Connection: null })
        {
            problem = "--store postgresql needs --connection, for example \"Host=127.0.0.1;Username=postgres\".";
            return null;
        }
        if (options.Nodes > 1 && (options.Store != "postgresql" || workloads.Count == 0
            || workloads.Exists(w => w is not ("hello" or "limit-store"))))
        {
            problem = "--nodes is for hello and limit-store with --store postgresql.";
            return null;
        }
        if (workloads.Count == 0)
            workloads.AddRange(Known);
        return options;
    }
}
