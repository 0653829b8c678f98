namespace Perdure.Torture.Nodes;

/// <summary>What happens to the message that ends the next commit.</summary>
internal enum Cut
{
    /// <summary>The connection breaks before it reaches the server: nothing may be written.</summary>
    BeforeServer,

    /// <summary>It reaches the server and the connection breaks at once: the server may still be at it.</summary>
    InDoubt,

    /// <summary>The server has answered, and the connection breaks before the answer reaches the node.</summary>
    BeforeAnswer,

    /// <summary>It stays on the way until it is released: the server holds the locks and waits.</summary>
    Stall,
}

/// <summary>A cut that waits for its commit.</summary>
internal sealed class ArmedCut(Cut cut)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Cut Cut => cut;

    /// <summary>It has met a commit.</summary>
    public Task Done => _done.Task;

    public Task Released => _released.Task;

    public void Meet() => _done.TrySetResult();

    public void Release() => _released.TrySetResult();
}
