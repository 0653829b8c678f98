using System.Collections.Frozen;
using System.Reflection;
using Perdure.Functions.Queues;
using Perdure.Functions.Streams;
using Perdure.Functions.Timers;

namespace Perdure.Functions;

/// <summary>
/// Finds functions by reflection: methods with a trigger, static or not, of public classes and F# modules. Whatever is
/// wrong with any of them is reported together.
/// </summary>
internal static class FunctionDiscovery
{
    private const BindingFlags AllMethods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <exception cref="FunctionDiscoveryException">Something is wrong with at least one of the functions.</exception>
    public static FunctionRegistry Discover(IEnumerable<Assembly> assemblies, FunctionEnvironment environment)
    {
        List<string> problems = [];
        Type[] types = [.. assemblies.Distinct().SelectMany(a => TypesOf(a, problems))];
        foreach (Type hidden in types.Where(t => !t.IsNested && !t.IsPublic && CanHaveFunctions(t)))
        {
            problems.AddRange(
                from method in Functions(hidden)
                let place = FunctionDescription.PlaceOf(hidden, method)
                select $"{place}: its class is not public; a class with functions is.");
        }
        return Register(types.Where(t => t.IsVisible), problems, environment);
    }

    /// <summary>The functions of these classes, public or not.</summary>
    /// <exception cref="FunctionDiscoveryException">Something is wrong with at least one of them.</exception>
    public static FunctionRegistry Discover(IEnumerable<Type> types, FunctionEnvironment environment) =>
        Register(types, [], environment);

    private static FunctionRegistry Register(
        IEnumerable<Type> types, List<string> problems, FunctionEnvironment environment)
    {
        FunctionDescription[] functions =
            [.. from type in types
                where CanHaveFunctions(type)
                from method in Functions(type)
                let function = FunctionDescription.Read(type, method, problems)
                where function is not null
                select function];
        CheckNames(functions, problems);
        FunctionOptionsCheck.AddProblems(functions, environment, problems);
        environment = environment with { Limits = new NamedLimits(functions, environment, problems) };
        string[] disabled =
            [.. from function in functions
                where FunctionSwitch.IsOff(function, environment, problems)
                select function.Name];
        FunctionServices services = new(environment.Services);
        List<OrchestrationFunction?> orchestrations = [];
        List<ActivityFunction?> activities = [];
        List<EntityFunction?> entities = [];
        List<QueueFunction?> queues = [];
        List<StreamFunction?> streams = [];
        List<TimerFunction?> timers = [];
        List<FunctionDescription> http = [];
        foreach (FunctionDescription function in functions.OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (function.Trigger is OrchestrationTriggerAttribute)
                orchestrations.Add(new OrchestrationCompiler(function, environment, services, problems).Compile());
            else if (function.Trigger is ActivityTriggerAttribute)
                activities.Add(new ActivityCompiler(function, environment, services, problems).Compile());
            else if (function.Trigger is EntityTriggerAttribute)
                entities.Add(new EntityCompiler(function, environment, services, problems).Compile());
            else if (function.Trigger is QueueTriggerAttribute)
                queues.Add(new QueueCompiler(function, environment, services, problems).Compile());
            else if (function.Trigger is EventHubTriggerAttribute)
                streams.Add(new StreamCompiler(function, environment, services, problems).Compile());
            else if (function.Trigger is TimerTriggerAttribute)
                timers.Add(new TimerCompiler(function, environment, services, problems).Compile());
            else if (!disabled.Contains(function.Name))
                http.Add(function);
        }
        foreach (var same in queues.OfType<QueueFunction>().GroupBy(f => f.Consumer.Queue).Where(g => g.Count() > 1))
            problems.Add($"The queue '{same.Key}' triggers "
                + $"{string.Join(" and ", same.Select(f => f.Consumer.Name))}; a queue has one function.");
        foreach (var same in streams.OfType<StreamFunction>().GroupBy(f => (f.Consumer.Stream, f.Consumer.Group))
            .Where(g => g.Count() > 1))
            problems.Add($"The stream '{same.Key.Stream}' triggers "
                + $"{string.Join(" and ", same.Select(f => f.Consumer.Name))} in the consumer group "
                + $"'{same.Key.Group}'; each function has a group of its own.");
        if (problems.Count > 0)
            throw new FunctionDiscoveryException([.. problems.Distinct()]);

        HttpFunctions served = new(http, environment, services);
        return new(orchestrations!, activities!, entities!, queues!, streams!, served, timers!)
        {
            Disabled = [.. disabled.Order(StringComparer.Ordinal)],
            Versions = functions.DistinctBy(f => f.Name, StringComparer.OrdinalIgnoreCase)
                .ToFrozenDictionary(f => f.Name, FunctionVersion.Of, StringComparer.OrdinalIgnoreCase),
            Program = new ProgramVersion(environment.Versioning, orchestrations!),
            KnownStreams =
            [
                .. streams.Select(f => f!.Consumer.Stream)
                    .Concat(streams.SelectMany(f => f!.Outputs).Concat(queues.SelectMany(f => f!.Outputs))
                        .Concat(timers.SelectMany(f => f!.Outputs)).Where(o => o.IsStream).Select(o => o.Name))
                    .Distinct().Order(StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>One name is one function, or an orchestration in several versions.</summary>
    private static void CheckNames(FunctionDescription[] functions, List<string> problems)
    {
        foreach (var same in functions.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            string places = string.Join(" and ", same.Select(f => f.Place));
            if (same.Any(f => f.Trigger is not OrchestrationTriggerAttribute))
                problems.Add($"The name '{same.Key}' belongs to {places}; names are unique, whatever their case.");
            else if (HasTwins([.. same.Select(f => f.Version).Order(VersionOrder.Instance)]))
                problems.Add($"The orchestration '{same.Key}' belongs to {places}, and two of them have the same "
                    + "version. Each needs one of its own, as in [OrchestrationTrigger(Version = \"2.0\")].");
        }
    }

    private static bool HasTwins(string?[] versions) =>
        versions.Zip(versions.Skip(1)).Any(p => VersionOrder.Same(p.First, p.Second));

    private static Type[] TypesOf(Assembly assembly, List<string> problems)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            problems.Add($"Not all types of {assembly.GetName().Name} can be loaded: {e.LoaderExceptions[0]?.Message}");
            return [.. e.Types.OfType<Type>()];
        }
    }

    /// <summary>A static class is abstract and sealed.</summary>
    private static bool CanHaveFunctions(Type type) => type.IsClass && (!type.IsAbstract || type.IsSealed);

    /// <summary>
    /// Its own ones, and those that it inherits from an abstract class, which cannot be called by itself.
    /// </summary>
    private static IEnumerable<MethodInfo> Functions(Type type) =>
        type.GetMethods(AllMethods)
            .Where(m => (m.DeclaringType == type || m.DeclaringType!.IsAbstract) && FunctionDescription.IsFunction(m));
}
