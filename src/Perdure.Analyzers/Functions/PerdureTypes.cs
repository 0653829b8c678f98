using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Functions;

/// <summary>The types of Perdure as one compilation sees them, and what they say of its methods.</summary>
internal sealed class PerdureTypes
{
    private static readonly (string Attribute, FunctionKind Kind)[] s_triggers =
    [
        ("OrchestrationTriggerAttribute", FunctionKind.Orchestrator),
        ("ActivityTriggerAttribute", FunctionKind.Activity),
        ("EntityTriggerAttribute", FunctionKind.Entity),
        ("HttpTriggerAttribute", FunctionKind.Triggered),
        ("QueueTriggerAttribute", FunctionKind.Triggered),
        ("EventHubTriggerAttribute", FunctionKind.Triggered),
        ("TimerTriggerAttribute", FunctionKind.Triggered),
    ];

    private readonly Compilation _compilation;
    private readonly Dictionary<ISymbol, FunctionKind> _triggers = new(SymbolEqualityComparer.Default);
    private readonly INamedTypeSymbol? _functionName;
    private readonly INamedTypeSymbol? _deterministic;
    private readonly INamedTypeSymbol? _client;

    private PerdureTypes(Compilation compilation, INamedTypeSymbol context)
    {
        _compilation = compilation;
        OrchestrationContext = context;
        foreach (var (attribute, kind) in s_triggers)
        {
            if (Find(attribute) is { } type)
                _triggers[type] = kind;
        }
        _functionName = Find("FunctionNameAttribute");
        _deterministic = Find("DeterministicAttribute");
        _client = Find("DurableClientAttribute");
        EntityContext = Find("IDurableEntityContext");
        EntityClient = Find("IDurableEntityClient");
        OrchestrationContexts =
            Find(["IDurableOrchestrationContext", "DurableOrchestrationContextBase", "DurableOrchestrationContext"]);
        ActivityContexts = Find(["IDurableActivityContext", "DurableActivityContextBase", "DurableActivityContext"]);
        Clients = Find(
            [
                "IDurableClient", "IDurableOrchestrationClient", "IDurableEntityClient",
                "DurableOrchestrationClientBase", "DurableOrchestrationClient",
            ]);
        Logger = compilation.GetTypeByMetadataName("Microsoft.Extensions.Logging.ILogger");
    }

    public INamedTypeSymbol OrchestrationContext { get; }
    public INamedTypeSymbol? EntityContext { get; }
    public INamedTypeSymbol? EntityClient { get; }
    public INamedTypeSymbol? Logger { get; }
    public ImmutableHashSet<ISymbol> OrchestrationContexts { get; }
    public ImmutableHashSet<ISymbol> ActivityContexts { get; }
    public ImmutableHashSet<ISymbol> Clients { get; }

    /// <summary>Null when the compilation does not know Perdure.</summary>
    public static PerdureTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Perdure.IDurableOrchestrationContext") is { } context
            ? new PerdureTypes(compilation, context)
            : null;

    public IEnumerable<Trigger> Triggers(IMethodSymbol method) =>
        from parameter in method.Parameters
        from attribute in parameter.GetAttributes()
        let type = attribute.AttributeClass
        where type is not null && _triggers.ContainsKey(type)
        select new Trigger(_triggers[type], attribute, parameter);

    /// <summary>The attribute that gives the method a name, if there is one.</summary>
    public AttributeData? FunctionName(IMethodSymbol method) => Attribute(method, _functionName);

    public bool IsFunction(IMethodSymbol method) => FunctionName(method) is not null || Triggers(method).Any();

    public bool IsOrchestrator(IMethodSymbol method) =>
        Triggers(method).Any(t => t.Kind == FunctionKind.Orchestrator);

    /// <summary>Whether its author promises that it does the same at each replay.</summary>
    public bool IsDeterministic(IMethodSymbol method) => Attribute(method, _deterministic) is not null;

    /// <summary>Whether the parameter has <c>[DurableClient]</c> or an attribute that derives from it.</summary>
    public bool IsClientBinding(IParameterSymbol parameter) => parameter.GetAttributes().Any(a =>
        SymbolEqualityComparer.Default.Equals(a.AttributeClass, _client)
        || SymbolEqualityComparer.Default.Equals(a.AttributeClass?.BaseType, _client));

    /// <summary>Whether it is a context of an orchestration, or a class that implements one.</summary>
    public bool IsOrchestrationContext(ITypeSymbol? type) => type is not null
        && (OrchestrationContexts.Contains(type)
            || type.AllInterfaces.Contains(OrchestrationContext, SymbolEqualityComparer.Default));

    /// <summary>Whether it is a generated method that calls a durable function.</summary>
    public bool IsTypedCall(IMethodSymbol method) =>
        method is { IsExtensionMethod: true, ContainingType: { Name: "TypedCalls" } type }
        && type.ContainingNamespace.Name == "Perdure"
        && IsOrchestrationContext((method.ReducedFrom ?? method).Parameters[0].Type);

    public bool IsLogger(ITypeSymbol? type) => type is not null && Logger is not null
        && (SymbolEqualityComparer.Default.Equals(type, Logger)
            || type.AllInterfaces.Contains(Logger, SymbolEqualityComparer.Default));

    /// <summary>The function that a method is; null when it is none.</summary>
    public Function? Read(IMethodSymbol method)
    {
        if (Triggers(method).FirstOrDefault() is not { } trigger)
            return null;
        string name = FunctionText.NameOf(method, trigger.Attribute, FunctionName(method));
        return new Function(name, method, trigger);
    }

    private static AttributeData? Attribute(IMethodSymbol method, INamedTypeSymbol? type) => method.GetAttributes()
        .FirstOrDefault(a => type is not null && SymbolEqualityComparer.Default.Equals(a.AttributeClass, type));

    private ImmutableHashSet<ISymbol> Find(string[] names) =>
        ImmutableHashSet.CreateRange<ISymbol>(SymbolEqualityComparer.Default, names.Select(Find).OfType<ISymbol>());

    private INamedTypeSymbol? Find(string name) => _compilation.GetTypeByMetadataName("Perdure." + name);
}
