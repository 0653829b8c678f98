using System.Reflection;
using Perdure.Core.Circuits;

namespace Perdure.Functions.Triggers;

/// <summary>Which circuits a function has, and how each of them behaves.</summary>
internal static class CircuitBindings
{
    /// <summary>Of a triggered function: those that it names, and its own.</summary>
    public static IReadOnlyList<(string Name, CircuitRules Rules)> Of(
        FunctionDescription function, CircuitOptions options, List<string> problems)
    {
        IReadOnlyList<(string Name, CircuitRules Rules)> named = OfDependencies(function, options, problems);
        string own = CircuitIds.OfFunction(function.Name);
        return options.OfEachFunction ? [.. named, (own, RulesOf(own, options))] : named;
    }

    /// <summary>Those that it names.</summary>
    public static IReadOnlyList<(string Name, CircuitRules Rules)> OfDependencies(
        FunctionDescription function, CircuitOptions options, List<string> problems)
    {
        List<string> names = [];
        foreach (CircuitAttribute circuit in function.Method.GetCustomAttributes<CircuitAttribute>()
            .Concat(function.Type.GetCustomAttributes<CircuitAttribute>()))
        {
            if (CircuitIds.Problem(circuit.Name) is { } problem)
                problems.Add($"{function.Place}: '{circuit.Name}' cannot be the name of a circuit: {problem}.");
            else
                names.Add(circuit.Name);
        }
        return [.. names.Distinct().Select(n => (n, RulesOf(n, options)))];
    }

    public static CircuitRules RulesOf(string circuit, CircuitOptions options)
    {
        CircuitSettings settings = options.Named.TryGetValue(circuit, out CircuitSettings? named)
            ? named
            : options.Default;
        return new CircuitRules
        {
            Failures = settings.Failures,
            Window = (long)settings.Window.TotalMilliseconds,
            Recovery = settings.Recovery,
            Break = (long)settings.BreakDuration.TotalMilliseconds,
            BreakMax = (long)settings.MaxBreakDuration.TotalMilliseconds,
            ReopensMax = settings.MaxAutoReopens,
            SuccessesToClose = settings.SuccessesToClose,
            RampUp = (long)settings.RampUp.TotalMilliseconds,
            RecoversTrip = settings.RecoverTripWindow,
        };
    }
}
