using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Perdure.Analyzers.Functions;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.Determinism;

/// <summary>Reads the body of a method once: what it does that no orchestrator may do, and what it calls.</summary>
internal sealed class BodyReader
{
    private static readonly DiagnosticDescriptor[] s_ofValues =
    [
        DeterminismRules.Clock, DeterminismRules.NewGuid, DeterminismRules.Chance, DeterminismRules.Surroundings,
    ];

    private readonly Compilation _compilation;
    private readonly PerdureTypes _types;
    private readonly ForbiddenMembers _forbidden;
    private readonly TaskOrigins _tasks;

    public BodyReader(Compilation compilation, PerdureTypes types)
    {
        (_compilation, _types) = (compilation, types);
        _forbidden = new ForbiddenMembers(compilation);
        _tasks = new TaskOrigins(compilation, types, _forbidden);
    }

    public MethodSummary Read(IEnumerable<IOperation> bodies)
    {
        ImmutableArray<Offence>.Builder offences = ImmutableArray.CreateBuilder<Offence>();
        ImmutableArray<CallSite>.Builder calls = ImmutableArray.CreateBuilder<CallSite>();
        foreach (IOperation operation in bodies.SelectMany(Operations.All))
        {
            if (Offence(operation) is var (rule, text, place))
                offences.Add(new Offence(rule, text, Location(place)));
            foreach (IMethodSymbol target in Targets(operation))
            {
                if (Source(target) is { } source)
                    calls.Add(new CallSite(source, operation.Syntax.GetLocation()));
            }
            if (operation is IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } reference
                && IsFixed(reference.Member))
                calls.Add(new CallSite(reference.Member.OriginalDefinition, operation.Syntax.GetLocation()));
        }
        return new MethodSummary(offences.ToImmutable(), calls.ToImmutable());
    }

    /// <summary>
    /// What matters of the value that something is given once: whether the next process gives it another one.
    /// </summary>
    public static MethodSummary OfValue(MethodSummary value) => value with
    {
        Offences = value.Offences.RemoveAll(o => !s_ofValues.Contains(o.Rule)),
        Calls = ImmutableArray<CallSite>.Empty,
    };

    /// <summary>Of loops and locks their first word, so that not all that is in them is marked.</summary>
    private static Location Location(IOperation place) => place is ILoopOperation or ILockOperation
        ? place.Syntax.GetFirstToken().GetLocation()
        : place.Syntax.GetLocation();

    private (DiagnosticDescriptor Rule, string Text, IOperation Place)? Offence(IOperation operation)
    {
        if (Member(operation) is { } member && _forbidden.Find(member) is { } rule)
            return (rule, Operations.Text(member), operation);
        return operation switch
        {
            ILockOperation => (DeterminismRules.Locking, "lock", operation),
            IForEachLoopOperation loop when Loops.Unordered(loop) is { } type =>
                (DeterminismRules.Unordered, Operations.Text(type), loop.Collection),
            ILoopOperation loop when Loops.IsEndless(loop, _types) =>
                (DeterminismRules.Endless, "this loop", operation),
            IAwaitOperation wait when _tasks.Foreign(wait.Operation) is var (task, what) =>
                (DeterminismRules.ForeignTask, what, task),
            IExpressionStatementOperation or IUsingOperation or IUsingDeclarationOperation
                when _tasks.NotAwaited(operation) is { } call =>
                (DeterminismRules.NotAwaited, call.TargetMethod.Name, call),
            IInvocationOperation call when IsConfigureAwaitFalse(call) =>
                (DeterminismRules.LeavesTurn, "ConfigureAwait(false)", operation),
            IInvocationOperation call when StaticStates.Changed(call) is { } symbol =>
                (DeterminismRules.StaticState, Operations.Text(symbol), operation),
            IAssignmentOperation assignment when StaticStates.Changed(assignment) is { } symbol =>
                (DeterminismRules.StaticState, Operations.Text(symbol), assignment.Target),
            IMemberReferenceOperation reference when StaticStates.IsMutable(reference.Member) =>
                (DeterminismRules.StaticState, Operations.Text(reference.Member), operation),
            IInvocationOperation call when Loggers.Unsafe(call, _types) is { } logger =>
                (DeterminismRules.Logger, logger, operation),
            _ when Blockings.Find(operation) is { } text => (DeterminismRules.Blocking, text, operation),
            _ => null,
        };
    }

    private static ISymbol? Member(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod,
        IObjectCreationOperation creation => creation.Constructor,
        IPropertyReferenceOperation reference => reference.Property,
        IMethodReferenceOperation reference => reference.Method,
        _ => null,
    };

    private static IEnumerable<IMethodSymbol> Targets(IOperation operation)
    {
        IMethodSymbol?[] targets = operation switch
        {
            IInvocationOperation call => [call.TargetMethod],
            IObjectCreationOperation creation => [creation.Constructor],
            IMethodReferenceOperation reference => [reference.Method],
            IPropertyReferenceOperation reference => Accessors(reference),
            IBinaryOperation binary => [binary.OperatorMethod],
            IUnaryOperation unary => [unary.OperatorMethod],
            IConversionOperation conversion => [conversion.OperatorMethod],
            _ => [],
        };
        return targets.OfType<IMethodSymbol>();
    }

    private static IMethodSymbol?[] Accessors(IPropertyReferenceOperation reference)
    {
        IPropertySymbol property = reference.Property;
        return reference.Parent switch
        {
            ISimpleAssignmentOperation assignment when assignment.Target == reference => [property.SetMethod],
            IAssignmentOperation assignment when assignment.Target == reference =>
                [property.GetMethod, property.SetMethod],
            IIncrementOrDecrementOperation => [property.GetMethod, property.SetMethod],
            _ => [property.GetMethod],
        };
    }

    /// <summary>
    /// The method whose body the chain goes on with: not a function, which has a history or runs elsewhere, nor a
    /// method whose author promises that it is deterministic.
    /// </summary>
    private IMethodSymbol? Source(IMethodSymbol target)
    {
        IMethodSymbol method = (target.ReducedFrom ?? target).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        bool isBody = method.MethodKind is MethodKind.Ordinary or MethodKind.Constructor or MethodKind.PropertyGet
            or MethodKind.PropertySet or MethodKind.UserDefinedOperator or MethodKind.Conversion
            or MethodKind.ExplicitInterfaceImplementation;
        return isBody
            && !method.IsAbstract
            && SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, _compilation.Assembly)
            && !_types.IsOrchestrationContext(method.ContainingType)
            && !_types.IsFunction(method)
            && !_types.IsDeterministic(method)
                ? method
                : null;
    }

    /// <summary>Whether it is a field, or an automatic property, of this project that keeps its first value.</summary>
    private bool IsFixed(ISymbol member) =>
        member is IFieldSymbol { IsReadOnly: true } or IPropertySymbol { SetMethod: null }
        && !member.IsAbstract
        && SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, _compilation.Assembly);

    private static bool IsConfigureAwaitFalse(IInvocationOperation call)
    {
        if (call.TargetMethod.Name != "ConfigureAwait" || !Operations.IsTask(call.TargetMethod.ContainingType))
            return false;
        const int continueOnCapturedContext = 1;
        return call.Arguments.FirstOrDefault()?.Value.ConstantValue switch
        {
            { HasValue: true, Value: bool stays } => !stays,
            { HasValue: true, Value: int options } => (options & continueOnCapturedContext) == 0,
            _ => false,
        };
    }
}
