namespace Perdure.Clients;

/// <summary>Draws ids; a seam, because a simulated run must draw the same ones again.</summary>
internal interface IIdSource
{
    /// <summary>An instance id, time-ordered, so that rows of new instances stand next to each other.</summary>
    string NewId();

    /// <summary>A public execution id: 32 lower-case hexadecimal digits.</summary>
    string NewExecutionId();
}

internal sealed class IdSource(TimeProvider time) : IIdSource
{
    public string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public string NewExecutionId() => Guid.NewGuid().ToString("N");
}
