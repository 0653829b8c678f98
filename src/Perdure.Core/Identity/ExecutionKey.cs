namespace Perdure.Core.Identity;

/// <summary>
/// Names one execution for ever: the number that the creation of the instance drew, which no other creation in the hub
/// ever gets, and the generation, which counts continue-as-new. What belongs to another execution does not fit, however
/// equal the instance id is.
/// </summary>
internal readonly record struct ExecutionKey(long Key, int Generation)
{
    public override string ToString() => $"{Key}.{Generation}";
}

/// <summary>One task (activity, timer, child) of one execution; it is resolved at most once.</summary>
internal readonly record struct TaskKey(long Key, int Generation, int Task)
{
    public ExecutionKey Execution => new(Key, Generation);

    public bool IsOf(ExecutionKey execution) => Key == execution.Key && Generation == execution.Generation;

    public override string ToString() => $"{Key}.{Generation}#{Task}";
}
