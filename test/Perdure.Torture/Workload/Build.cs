namespace Perdure.Torture.Workload;

/// <summary>
/// Which build of the workload a process runs, where there are two of them. Instances of the new one do what the old
/// one does not know.
/// </summary>
internal static class Build
{
    public const string Old = "1.0", New = "2.0";

    /// <summary>What a process says when it runs something that is newer than itself.</summary>
    public const string TooOld = "Too old a build:";

    /// <summary>Null where all processes are of one build.</summary>
    public static string? Version { get; set; }

    public static bool IsNew => Version == New;

    /// <summary>What an orchestrator asks of the activity.</summary>
    public static EffectOrder Order(IDurableOrchestrationContext context, int milliseconds, int failures = 0)
    {
        Check($"orchestrator '{context.InstanceId}'", context.Version);
        return new EffectOrder(milliseconds, failures, context.Version);
    }

    public static void Check(string what, string? version)
    {
        if (version == New && Version == Old)
            Console.WriteLine($"{TooOld} {what} has the version {version}, this is {Version}");
    }
}
