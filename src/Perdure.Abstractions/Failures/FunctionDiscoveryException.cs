namespace Perdure;

/// <summary>
/// The functions of the app cannot be registered. All problems are listed at once, each with the method that causes it
/// and what to do.
/// </summary>
public sealed class FunctionDiscoveryException : Exception
{
    /// <summary>For the engine, and for tests of code that handles it.</summary>
    /// <param name="problems">One sentence for each problem.</param>
    public FunctionDiscoveryException(IReadOnlyList<string> problems) : base(Text(problems)) => Problems = problems;

    /// <summary>One sentence for each problem.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Text(IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        string count = problems.Count == 1 ? "There is a problem" : $"There are {problems.Count} problems";
        return $"{count} with the functions of this app:{string.Concat(problems.Select(p => "\n- " + p))}";
    }
}
