using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Perdure.Analyzers.Determinism;

/// <summary>Code that holds the thread until a task is done. Asking a task that is done is no harm.</summary>
internal static class Blockings
{
    /// <summary>What blocks, for people; null when nothing does.</summary>
    public static string? Find(IOperation operation)
    {
        switch (operation)
        {
            case IPropertyReferenceOperation { Property.Name: "Result" } result
                when Operations.IsTask(result.Property.ContainingType):
                return IsDone(result.Instance, operation) ? null : ".Result";
            case IInvocationOperation { TargetMethod: { Name: "Wait" or "WaitAll" or "WaitAny" } method } wait
                when Operations.IsTask(method.ContainingType):
                return IsDone(wait.Instance, operation) ? null : $"Task.{method.Name}()";
            case IInvocationOperation
            {
                TargetMethod.Name: "GetResult", Instance: IInvocationOperation { TargetMethod: { } get } awaiter,
            }
                when get.Name == "GetAwaiter" && Operations.IsTask(get.ContainingType):
                return IsDone(awaiter.Instance, operation) ? null : "GetAwaiter().GetResult()";
            default:
                return null;
        }
    }

    private static bool IsDone(IOperation? task, IOperation asked)
    {
        IOperation? bare = Operations.Bare(task);
        // A pattern asks what stands before it, and has asked whether it is done.
        if (bare is IAwaitOperation
            or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.PatternInput })
            return true;
        if (bare is null or IInvocationOperation or IPropertyReferenceOperation { Property.IsIndexer: false })
            return false;
        IOperation root = Operations.Root(asked);
        IAwaitOperation[] waits = [.. Operations.All(root).OfType<IAwaitOperation>()];
        // What is handed to a method that does not wait itself is for its caller to know.
        if (waits.Length == 0)
            return bare is IParameterReferenceOperation && !IsAsync(root);
        return waits.Any(w => w.Syntax.SpanStart < asked.Syntax.SpanStart && Completes(w, bare));
    }

    private static bool IsAsync(IOperation root) => root.SemanticModel?.GetDeclaredSymbol(root.Syntax) is IMethodSymbol
    {
        IsAsync: true,
    };

    /// <summary>Whether this one is waited for, or several are, which this one is taken to belong to.</summary>
    private static bool Completes(IAwaitOperation wait, IOperation task) => Operations.All(wait.Operation).Any(
        o => o is IInvocationOperation { TargetMethod.Name: "WhenAll" or "WhenAny" }
            || (o is ILocalReferenceOperation awaited && task is ILocalReferenceOperation local
                && SymbolEqualityComparer.Default.Equals(awaited.Local, local.Local))
            || (o is IParameterReferenceOperation given && task is IParameterReferenceOperation parameter
                && SymbolEqualityComparer.Default.Equals(given.Parameter, parameter.Parameter)));
}
