namespace Perdure;

/// <summary>Whether a body fits what a function takes.</summary>
/// <param name="Fits">Null when this host does not have the function, and cannot say.</param>
/// <param name="Problem">Why it does not fit; null otherwise.</param>
public sealed record DeadLetterCheck(bool? Fits, string? Problem);
