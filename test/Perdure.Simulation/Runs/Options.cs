namespace Perdure.Simulation.Runs;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public long Seeds { get; init; } = 1_000;
    public long From { get; init; } = 1;
    public int Turns { get; init; } = 40;
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);
    public long? Replay { get; init; }
    public bool Verbose { get; init; }
    public bool Bugs { get; init; }
    public string? Bug { get; init; }
    public long? Third { get; init; }
    public bool Quick { get; init; }
    public bool StopAtFirst { get; init; }
    public bool Help { get; init; }

    public const string Usage =
        """
        Runs the shipped runtime on simulated time, disk and clients, one seed after the other, and checks every commit.

          --seeds N        how many seeds (1,000)
          --from N         the first seed (1)
          --turns N        about how many turns clients keep a seed busy for (40)
          --workers N      threads (one for each processor)
          --stop-at-first  end at the first violation
          --replay SEED    run one seed again and print the end of its trace; all of it with --verbose
          --bugs           plant every bug of bugs/ into a copy of the source tree; each must be caught
          --bug PART       those of them whose names contain this
          --third N        every third of them, from the first, the second or the third one on
          --quick          10,000 seeds and a few of the bugs, others every day
        """;

    public static Options Parse(string[] args)
    {
        Options options = args.Any(a => a is "--bugs" or "--bug" or "--third") ? new() { Seeds = 0 } : new();
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
                "--bug" => options with { Bugs = true, Bug = Text() },
                "--third" => options with { Bugs = true, Third = Number() },
                "--quick" => options with { Quick = true, Seeds = 10_000 },
                "--stop-at-first" => options with { StopAtFirst = true },
                "--help" or "-h" => options with { Help = true },
                _ => throw new ArgumentException($"'{args[i]}' is not an option."),
            };

            string Text() => ++i < args.Length
                ? args[i]
                : throw new ArgumentException($"'{args[i - 1]}' wants a word.");

            long Number() => ++i < args.Length && long.TryParse(args[i], out long number)
                ? number
                : throw new ArgumentException($"'{args[i - 1]}' wants a number.");
        }
        return options;
    }
}
