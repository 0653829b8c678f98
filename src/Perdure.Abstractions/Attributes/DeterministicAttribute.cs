namespace Perdure;

/// <summary>
/// Promises that a method always does the same for the same arguments, so that orchestrations may call it. It is a word
/// to the reader and to the analyzer; nothing checks it when the code runs.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeterministicAttribute : Attribute;
