using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Determinism;
using Perdure.Analyzers.Functions;

namespace Perdure.Analyzers.TypedCalls;

/// <summary>Makes a <see cref="TypedFunction"/> of a method whose parameter has a trigger.</summary>
internal static class TypedFunctionReader
{
    private static readonly string[] s_activityContexts =
        ["IDurableActivityContext", "DurableActivityContextBase", "DurableActivityContext"];

    /// <summary>Null when the method is no function; that is for the rules of triggers to say.</summary>
    public static (TypedFunction Function, Place Place)? Read(GeneratorAttributeSyntaxContext found, FunctionKind kind)
    {
        if (found is not { TargetSymbol: IParameterSymbol { ContainingSymbol: IMethodSymbol method } parameter }
            || found.TargetNode.Parent?.Parent is not MethodDeclarationSyntax syntax
            || method.ContainingType.TypeKind != TypeKind.Class || FunctionText.ShapeProblem(method) is not null)
            return null;
        AttributeData trigger = found.Attributes[0];
        string name = FunctionText.NameOf(method, trigger, method.GetAttributes().FirstOrDefault(IsFunctionName));
        if (!FunctionText.IsName(name) || parameter.Type.TypeKind == TypeKind.Error)
            return null;
        string text = $"{method.ContainingType.Name}.{method.Name}";
        TypedFunction function = new(kind, name, Version(trigger), text);
        return (Complete(function, method, parameter, syntax, found.SemanticModel), Place.Of(syntax.Identifier));
    }

    /// <summary>The input of this type; <paramref name="problem"/> says why there cannot be one.</summary>
    public static TypedInput InputOf(ITypeSymbol type, Compilation compilation, out string? problem)
    {
        problem = TypeTexts.Problem(type, compilation);
        if (problem is not null)
            return TypedInput.Any;
        bool mayBeNull = type.NullableAnnotation == NullableAnnotation.Annotated
            || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
        return new TypedInput(TypeTexts.Write(type), TypeTexts.Signature(type), mayBeNull);
    }

    private static TypedFunction Complete(
        TypedFunction function, IMethodSymbol method, IParameterSymbol parameter, MethodDeclarationSyntax syntax,
        SemanticModel model)
    {
        Compilation compilation = model.Compilation;
        if (!compilation.IsSymbolAccessibleWithin(method.ContainingType, compilation.Assembly))
            return function with { Problem = $"{method.ContainingType.Name} is not accessible in the whole project" };
        if (method.ContainingType.IsGenericType)
            return function with { Problem = $"{method.ContainingType.Name} is generic" };
        bool takesContext =
            function.Kind == FunctionKind.Orchestrator || IsOfPerdure(parameter.Type, s_activityContexts);
        ContextUses? uses = takesContext ? new(syntax, parameter) : null;
        string? problem;
        TypedInput input = uses?.Input(model, out problem) ?? InputOf(parameter.Type, compilation, out problem);
        ITypeSymbol? result = Operations.Result(method);
        return function with
        {
            Input = input,
            Problem = problem,
            Result = result is null ? null : TypeTexts.Write(result),
            ResultProblem = result is not null && TypeTexts.Problem(result, compilation) is { } unnamed ? unnamed
                : function.Kind == FunctionKind.Orchestrator && uses is { SetsOutput: true }
                    ? $"{function.Method} sets its output by SetOutput, whose type its signature does not say"
                : null,
        };
    }

    private static string? Version(AttributeData trigger) =>
        trigger.NamedArguments.FirstOrDefault(a => a.Key == "Version").Value.Value as string;

    private static bool IsFunctionName(AttributeData attribute) =>
        IsOfPerdure(attribute.AttributeClass, "FunctionNameAttribute");

    /// <summary>By name: to look types up in the compilation for each function would cost more.</summary>
    private static bool IsOfPerdure(ITypeSymbol? type, params string[] names) =>
        type is { ContainingNamespace: { Name: "Perdure", ContainingNamespace.IsGlobalNamespace: true } }
        && names.Contains(type.Name);
}
