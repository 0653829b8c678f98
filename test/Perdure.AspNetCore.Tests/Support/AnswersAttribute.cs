namespace Perdure.AspNetCore.Tests.Support;

/// <summary>The answers of a route that a test gets; together the tests get all that the table lists.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute(string route, params int[] statuses) : Attribute
{
    public string Route { get; } = route;

    public IReadOnlyList<int> Statuses { get; } = statuses;
}
