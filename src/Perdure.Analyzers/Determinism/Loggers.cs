using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Perdure.Analyzers.Functions;

namespace Perdure.Analyzers.Determinism;

/// <summary>Loggers that came with the object, and not with the context.</summary>
internal static class Loggers
{
    /// <summary>The logger that the call writes to, and that knows nothing of replays; null for others.</summary>
    public static string? Unsafe(IInvocationOperation call, PerdureTypes types)
    {
        if (call.TargetMethod.Name == "CreateReplaySafeLogger" || Operations.Receiver(call) is not { } receiver)
            return null;
        string? name = receiver switch
        {
            IFieldReferenceOperation field => field.Field.Name,
            IPropertyReferenceOperation property => property.Property.Name,
            IParameterReferenceOperation { Parameter: { ContainingSymbol: IMethodSymbol owner } parameter }
                when owner.MethodKind == MethodKind.Constructor => parameter.Name,
            _ => null,
        };
        return name is not null && types.IsLogger(receiver.Type) && !IsGuarded(call, types) ? name : null;
    }

    /// <summary>Whether a condition around it asks whether this is a replay.</summary>
    private static bool IsGuarded(IOperation operation, PerdureTypes types) =>
        Operations.Around(operation).OfType<IConditionalOperation>()
            .SelectMany(c => Operations.All(c.Condition))
            .OfType<IPropertyReferenceOperation>()
            .Any(p => p.Property.Name == "IsReplaying" && types.IsOrchestrationContext(p.Property.ContainingType));
}
