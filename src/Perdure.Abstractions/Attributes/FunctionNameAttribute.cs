namespace Perdure;

/// <summary>
/// Makes a method a function of the host under this name, by which orchestrations and clients call it. What kind of
/// function it is depends on the trigger attribute of one of its parameters.
/// </summary>
/// <remarks>
/// The name of a function is, in this order: the name given by its trigger attribute, this one, the name of the method.
/// Names are compared without regard to case, start with an ASCII letter, go on with letters, digits, <c>_</c> and
/// <c>-</c>, and have at most 128 characters; <c>host</c> is reserved. Two functions with one name are refused when the
/// host starts.
/// </remarks>
/// <param name="name">The name of the function. It is checked when the host starts, not here.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionNameAttribute(string name) : Attribute
{
    /// <summary>The name of the function.</summary>
    public string Name { get; } = name;
}
