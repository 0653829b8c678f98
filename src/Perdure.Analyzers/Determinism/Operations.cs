using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Perdure.Analyzers.Determinism;

/// <summary>Questions that are asked of many operations.</summary>
internal static class Operations
{
    private static readonly SymbolDisplayFormat s_typeText = SymbolDisplayFormat.MinimallyQualifiedFormat;

    /// <summary>The operation and all that is in it, in the order of the source; not what is only named.</summary>
    public static IEnumerable<IOperation> All(IOperation root)
    {
        Stack<IOperation> open = new([root]);
        while (open.Count > 0)
        {
            IOperation operation = open.Pop();
            if (operation is INameOfOperation)
                continue;
            yield return operation;
            foreach (IOperation child in operation.ChildOperations.Reverse())
                open.Push(child);
        }
    }

    /// <summary>What is left without parentheses and without conversions that are no code of their own.</summary>
    public static IOperation? Bare(IOperation? operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } or IParenthesizedOperation)
        {
            operation = operation is IConversionOperation conversion
                ? conversion.Operand
                : ((IParenthesizedOperation)operation).Operand;
        }
        return operation;
    }

    public static IOperation Root(IOperation operation)
    {
        while (operation.Parent is { } parent)
            operation = parent;
        return operation;
    }

    /// <summary>What the operation is in, from inside out, as far as the lambda or local function around it.</summary>
    public static IEnumerable<IOperation> Around(IOperation operation)
    {
        for (IOperation? parent = operation.Parent;
            parent is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation);
            parent = parent.Parent)
            yield return parent;
    }

    /// <summary>What it is called on; of an extension method, its first argument.</summary>
    public static IOperation? Receiver(IInvocationOperation call) => Bare(
        call.Instance
        ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null));

    /// <summary>What is written for a parameter; null when it is left out.</summary>
    public static IOperation? Argument(IInvocationOperation call, string parameter) => call.Arguments
        .FirstOrDefault(a => a.Parameter?.Name == parameter && a.ArgumentKind == ArgumentKind.Explicit)?.Value;

    /// <summary>Whether a type is <c>Task</c> or <c>ValueTask</c>, with or without a result.</summary>
    public static bool IsTask(ITypeSymbol? type) =>
        type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks" } tasks }
        && tasks.ToDisplayString() == "System.Threading.Tasks";

    /// <summary>What a function returns, without its task; null when that is nothing.</summary>
    public static ITypeSymbol? Result(IMethodSymbol method) =>
        method.ReturnsVoid ? null
        : !IsTask(method.ReturnType) ? method.ReturnType
        : ((INamedTypeSymbol)method.ReturnType).TypeArguments.FirstOrDefault();

    /// <summary>A type, for messages.</summary>
    public static string Text(ITypeSymbol type) => type.ToDisplayString(s_typeText);

    /// <summary>A member as it is written: <c>DateTime.Now</c>, <c>Guid.NewGuid()</c>, <c>new Random()</c>.</summary>
    public static string Text(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor =>
            $"new {Text(constructor.ContainingType)}()",
        IMethodSymbol { MethodKind: MethodKind.LocalFunction } local => $"{local.Name}()",
        IMethodSymbol method => $"{Text(method.ContainingType)}.{method.Name}()",
        IPropertySymbol { IsIndexer: true } indexer => $"{Text(indexer.ContainingType)}[]",
        { ContainingType: { } type } => $"{Text(type)}.{member.Name}",
        _ => member.Name,
    };
}
