using Microsoft.Extensions.Logging;

namespace Perdure.Functions;

/// <summary>
/// The functions with an HTTP trigger. They are found and checked with all others, and compiled by the package that
/// serves HTTP, which this one does not know.
/// </summary>
/// <param name="all">What the attributes tell, ordered by name.</param>
/// <param name="environment">What the functions of the host share.</param>
/// <param name="services">Which services they can ask for.</param>
internal sealed class HttpFunctions(
    IReadOnlyList<FunctionDescription> all, FunctionEnvironment environment, FunctionServices services)
{
    private volatile bool _served;

    public IReadOnlyList<FunctionDescription> All => all;

    public FunctionEnvironment Environment => environment;

    public FunctionServices Services => services;

    /// <summary>Somebody serves them from now on, so nobody need be warned.</summary>
    public void Serve() => _served = true;

    /// <summary>Says of each that it does not run, unless somebody serves them.</summary>
    public void WarnUnlessServed()
    {
        if (_served || all.Count == 0)
            return;
        ILogger logger = environment.Loggers.CreateLogger("Perdure.Functions");
        foreach (FunctionDescription function in all)
            FunctionLog.HttpNotServed(logger, function.Name);
    }
}
