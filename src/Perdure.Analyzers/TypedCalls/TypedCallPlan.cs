using Perdure.Analyzers.Functions;

namespace Perdure.Analyzers.TypedCalls;

/// <summary>
/// Which methods are generated for the functions of a project, and which are not because they would clash.
/// </summary>
internal sealed class TypedCallPlan
{
    /// <summary>Names of methods that the interfaces themselves have, which would win over ours.</summary>
    internal static readonly HashSet<string> OfInterfaces =
        [
            "CallActivityAsync", "CallActivityWithRetryAsync", "CallSubOrchestratorAsync",
            "CallSubOrchestratorWithRetryAsync", "CallEntityAsync", "CallHttpAsync", "StartNewAsync",
        ];

    private readonly List<TypedCall> _calls = [];
    private readonly List<MissingCall> _missing = [];
    private readonly HashSet<string> _declared;

    /// <param name="functions">All functions of the project.</param>
    /// <param name="declared">The names of the project's own extension methods.</param>
    public TypedCallPlan(IEnumerable<TypedFunction> functions, IEnumerable<string> declared)
    {
        _declared = [.. declared];
        foreach (var byMethod in functions.SelectMany(Candidates).GroupBy(c => c.MethodName, StringComparer.Ordinal))
            Decide(byMethod.Key, [.. byMethod]);
        _calls.Sort((a, b) => string.CompareOrdinal(SortKey(a), SortKey(b)));
    }

    /// <summary>In the order in which they are written.</summary>
    public IReadOnlyList<TypedCall> Calls => _calls;

    public IReadOnlyList<MissingCall> Missing => _missing;

    private static string SortKey(TypedCall call) => $"{call.MethodName} {call.Function.Input.Signature}";

    private static IEnumerable<TypedCall> Candidates(TypedFunction function)
    {
        string name = Identifier(function.Name);
        if (function.Kind == FunctionKind.Activity)
            return [new TypedCall(TypedCallForm.Activity, $"Call{name}Async", function)];
        return
        [
            new TypedCall(TypedCallForm.SubOrchestration, $"Call{name}Async", function),
            new TypedCall(TypedCallForm.Start, $"Start{name}Async", function),
        ];
    }

    /// <summary>The name with a capital letter at its start and after each hyphen, which no identifier has.</summary>
    private static string Identifier(string name) => string.Concat(
        name.Split(['-'], StringSplitOptions.RemoveEmptyEntries)
            .Select(part => char.ToUpperInvariant(part[0]) + part.Substring(1)));

    private void Decide(string method, TypedCall[] calls)
    {
        if (Clash(method, calls) is { } clash)
        {
            _missing.AddRange(calls.Select(c => new MissingCall(method, c.Function, clash)));
            return;
        }
        foreach (TypedCall call in calls)
        {
            if (Problem(call) is { } problem)
                _missing.Add(new MissingCall(method, call.Function, problem));
        }
        calls = [.. calls.Where(c => Problem(c) is null)];
        if (calls.Length > 1)
            calls = [.. calls.Select(WithInput)];
        foreach (var overload in calls.GroupBy(c => c.Function.Input.Signature))
        {
            TypedCall first = overload.First();
            if (first.Form == TypedCallForm.Start || overload.All(c => c.Function.Result == first.Function.Result))
                _calls.Add(first with { Function = Widest(overload) });
            else
                _missing.AddRange(overload.Select(c => new MissingCall(
                    method, c.Function, "versions with the same input have results of different types")));
        }
    }

    private string? Clash(string method, TypedCall[] calls)
    {
        TypedFunction[] functions = [.. calls.Select(c => c.Function)];
        if (OfInterfaces.Contains(method))
            return "the interface has a method of this name";
        if (_declared.Contains(method))
            return "the project has an extension method of this name";
        if (functions.Any(f => !f.Name.Equals(functions[0].Name, StringComparison.OrdinalIgnoreCase)))
            return $"it would stand for {string.Join(" and ", functions.Select(f => $"'{f.Name}'").Distinct())}";
        // Versions are the one reason for which a name may be there twice.
        bool areVersions = functions.All(f => f.Kind == FunctionKind.Orchestrator)
            && functions.Select(f => f.Version).Distinct(StringComparer.OrdinalIgnoreCase).Count() == functions.Length;
        return functions.Length == 1 || areVersions
            ? null
            : $"the name belongs to {string.Join(" and ", functions.Select(f => f.Method))}";
    }

    private static string? Problem(TypedCall call) =>
        call.Function.Problem ?? (call.Form == TypedCallForm.Start ? null : call.Function.ResultProblem);

    /// <summary>Beside versions that take something, one that takes nothing would be hard to tell from them.</summary>
    private static TypedCall WithInput(TypedCall call) => call.Function.Input.Type is not null
        ? call
        : call with { Function = call.Function with { Input = TypedInput.Any } };

    /// <summary>One that takes null as well, if there is one.</summary>
    private static TypedFunction Widest(IEnumerable<TypedCall> overload) =>
        overload.Select(c => c.Function).OrderByDescending(f => f.Input.IsOptional).First();
}
