using System.Reflection;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Which parameters can do without a value.</summary>
internal static class Optional
{
    /// <summary>
    /// Whether null is a value of the parameter: of <c>int?</c>, of <c>string?</c>, and of references in code that
    /// does not tell the two apart.
    /// </summary>
    public static bool MayBeNull(ParameterInfo parameter) =>
        parameter.ParameterType.IsValueType
            ? Nullable.GetUnderlyingType(parameter.ParameterType) is not null
            : new NullabilityInfoContext().Create(parameter).WriteState != NullabilityState.NotNull;
}
