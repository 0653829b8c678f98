namespace Perdure.Simulation.Runs;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public long Seeds { get; init; } = 1_000;
    public long From { get; init; } = 1;
    public int Turns { get; init; } = 200;
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);
    public long? Replay { get; init; }
    public bool Verbose { get; init; }
    public bool Bugs { get; init; }
    public bool Quick { get; init; }
    public bool StopAtFirst { get; init; }

    public static Options Parse(string[] args)
    {
        Options options = args.Contains("--bugs") ? new() { Seeds = 0 } : new();
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--seeds" => options with { Seeds = Number() },
                "--from" => options with { From = Number() },
                "--turns" => options with { Turns = (int)Number() },
                "--workers" => options with { Workers = (int)Number() },
                "--replay" => options with { Replay = Number() },
                "--verbose" => options with { Verbose = true },
                "--bugs" => options with { Bugs = true },
                "--quick" => options with { Quick = true, Seeds = 2_000 },
                "--stop-at-first" => options with { StopAtFirst = true },
                _ => throw new ArgumentException($"'{args[i]}' is not an option; see the README of the simulation."),
            };

            long Number() => ++i < args.Length && long.TryParse(args[i], out long number)
                ? number
                : throw new ArgumentException($"'{args[i - 1]}' wants a number.");
        }
        return options;
    }
}
