using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Perdure.Analyzers.Functions;

namespace Perdure.Analyzers.Determinism;

/// <summary>
/// Where the task of an expression comes from. What cannot be told is taken to be durable, since the host tells at run
/// time.
/// </summary>
internal sealed class TaskOrigins(Compilation compilation, PerdureTypes types, ForbiddenMembers forbidden)
{
    private const int StepsMax = 16;

    /// <summary>The part of an awaited expression that is a task of nobody; null when there is none.</summary>
    public (IOperation Task, string Text)? Foreign(IOperation awaited) => Foreign(awaited, StepsMax);

    /// <summary>
    /// The durable call whose task the statement drops, or disposes of: a task is disposable as well as what it gives.
    /// </summary>
    public IInvocationOperation? NotAwaited(IOperation statement)
    {
        IOperation? value = statement switch
        {
            IExpressionStatementOperation expression => expression.Operation,
            IUsingOperation { Resources: IVariableDeclarationGroupOperation group } => Value(group),
            IUsingOperation used => used.Resources,
            IUsingDeclarationOperation used => Value(used.DeclarationGroup),
            _ => null,
        };
        return Operations.Bare(value) is IInvocationOperation call
            && Operations.IsTask(call.TargetMethod.ReturnType)
            && (types.IsOrchestrationContext(call.TargetMethod.ContainingType)
                || types.IsTypedCall(call.TargetMethod) || IsProxy(call.Instance))
                ? call
                : null;
    }

    private static IOperation? Value(IVariableDeclarationGroupOperation group) => group.Declarations
        .SelectMany(d => d.Declarators).Select(d => d.GetVariableInitializer()?.Value).FirstOrDefault();

    private (IOperation, string)? Foreign(IOperation? operation, int steps)
    {
        if (steps == 0 || Operations.Bare(operation) is not { } task)
            return null;
        return task switch
        {
            IInvocationOperation call => OfCall(call, steps - 1),
            ILocalReferenceOperation local => OfLocal(local, steps - 1),
            IFieldReferenceOperation field when Operations.IsTask(field.Type) && IsShared(field) =>
                (task, Operations.Text(field.Field)),
            IPropertyReferenceOperation property
                when Operations.IsTask(property.Type) && IsShared(property) && !HasBody(property.Property) =>
                (task, Operations.Text(property.Property)),
            IConditionalOperation choice =>
                Foreign(choice.WhenTrue, steps - 1) ?? Foreign(choice.WhenFalse, steps - 1),
            ICoalesceOperation choice => Foreign(choice.Value, steps - 1) ?? Foreign(choice.WhenNull, steps - 1),
            ISwitchExpressionOperation choice => First(choice.Arms.Select(a => a.Value), steps - 1),
            IArrayCreationOperation { Initializer: { } elements } => First(elements.ElementValues, steps - 1),
            // The elements of a collection expression, or of a span that the compiler makes of parameters.
            _ when !Operations.IsTask(task.Type) => First(task.ChildOperations.Where(IsTask), steps - 1),
            _ => null,
        };
    }

    private static bool IsTask(IOperation operation) => Operations.IsTask(Operations.Bare(operation)?.Type);

    private (IOperation, string)? First(IEnumerable<IOperation> operations, int steps) =>
        operations.Select(o => Foreign(o, steps)).FirstOrDefault(f => f is not null);

    private (IOperation, string)? OfCall(IInvocationOperation call, int steps)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.Name is "ConfigureAwait" or "AsTask" or "Unwrap" or "Preserve")
            return Foreign(Operations.Receiver(call), steps);
        if (method.Name is "WhenAll" or "WhenAny" && Operations.IsTask(method.ContainingType))
            return First(call.Arguments.Select(a => a.Value), steps);
        if (!Operations.IsTask(method.ReturnType))
            return First(call.Arguments.SelectMany(a => Returned(a.Value)), steps);
        return IsForeign(call) ? (call, Operations.Text(method)) : null;
    }

    /// <summary>What a lambda makes tasks of, as in <c>Select(n => …)</c>.</summary>
    private static IEnumerable<IOperation> Returned(IOperation argument) =>
        Operations.Bare(argument) is IDelegateCreationOperation
        {
            Target: IAnonymousFunctionOperation { Symbol.IsAsync: false } lambda,
        }
            ? Operations.All(lambda.Body).OfType<IReturnOperation>().Select(r => r.ReturnedValue).OfType<IOperation>()
            : [];

    private bool IsForeign(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.MethodKind is MethodKind.LocalFunction or MethodKind.DelegateInvoke
            || Operations.IsTask(method.ContainingType)
            || TakesContext(call)
            // That breaks a rule which has more to say.
            || forbidden.Find(method) is not null)
            return false;
        if (types.IsFunction(method))
            return true;
        if (!method.IsAbstract)
            return !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly);
        // Whoever is behind it: a proxy is made in the orchestration, a service comes with the object.
        return Operations.Bare(call.Instance) switch
        {
            IFieldReferenceOperation or IPropertyReferenceOperation => true,
            IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol owner } =>
                owner.MethodKind == MethodKind.Constructor,
            _ => false,
        };
    }

    private bool TakesContext(IInvocationOperation call) =>
        types.IsOrchestrationContext(call.TargetMethod.ContainingType)
        || types.IsOrchestrationContext(Operations.Bare(call.Instance)?.Type)
        || call.Arguments.Any(a => types.IsOrchestrationContext(Operations.Bare(a.Value)?.Type));

    private (IOperation, string)? OfLocal(ILocalReferenceOperation local, int steps) =>
        First(Values(local), steps) is var (_, text) ? (local, text) : null;

    /// <summary>All that is put into a local variable.</summary>
    private static IEnumerable<IOperation> Values(ILocalReferenceOperation local) =>
        from operation in Operations.All(Operations.Root(local))
        let put = operation switch
        {
            IVariableDeclaratorOperation declarator => (declarator.Symbol, declarator.GetVariableInitializer()?.Value),
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment =>
                (target.Local, assignment.Value),
            _ => ((ILocalSymbol?)null, (IOperation?)null),
        }
        where put.Item2 is not null && SymbolEqualityComparer.Default.Equals(put.Item1, local.Local)
        select put.Item2;

    private bool IsProxy(IOperation? instance) => Operations.Bare(instance) switch
    {
        IInvocationOperation { TargetMethod: { Name: "CreateEntityProxy" } method } =>
            types.IsOrchestrationContext(method.ContainingType),
        ILocalReferenceOperation local => Values(local).Any(v => v is not ILocalReferenceOperation && IsProxy(v)),
        _ => false,
    };

    /// <summary>Whether it outlives the call: what a local object holds may well be durable.</summary>
    private static bool IsShared(IMemberReferenceOperation member) =>
        (member.Member.IsStatic || member.Instance is IInstanceReferenceOperation)
        && !Operations.IsTask(member.Member.ContainingType);

    private static bool HasBody(IPropertySymbol property) =>
        property.GetMethod is { IsAbstract: false } get
        && get.DeclaringSyntaxReferences.Select(r => r.GetSyntax())
            .Any(s => s is not AccessorDeclarationSyntax { Body: null, ExpressionBody: null });
}
