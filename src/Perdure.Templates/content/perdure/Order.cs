/// <summary>What a customer wants. It travels as JSON, and is part of the history of its instance.</summary>
public sealed record Order(string Item, decimal Amount);
