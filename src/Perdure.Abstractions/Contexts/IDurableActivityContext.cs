namespace Perdure;

/// <summary>What an activity can know of the call that it answers.</summary>
public interface IDurableActivityContext
{
    /// <summary>The name of the activity, as it was registered.</summary>
    string Name { get; }

    /// <summary>The id of the orchestration that made the call.</summary>
    string InstanceId { get; }

    /// <summary>
    /// Which attempt this is when the call is made with retries: 1 for the first one. Exact, because it is read from
    /// the history; a run that is repeated because a process died is not a new attempt.
    /// </summary>
    int Attempt { get; }

    /// <summary>
    /// Whether an earlier run of this attempt may have done its work already, because the process or its lease was lost
    /// before the result was durable. False means certainly not.
    /// </summary>
    bool MayHaveRunBefore { get; }

    /// <summary>
    /// A text that is the same in all attempts and all runs of this call, and in no other call of the hub: hand it to
    /// whoever can recognise a repeated request.
    /// </summary>
    string IdempotencyKey { get; }

    /// <summary>
    /// Cancelled when the result is not wanted any more: time-out, end of the orchestration, shutdown of the host.
    /// </summary>
    CancellationToken CancellationToken { get; }

    /// <summary>
    /// The input of the call, or the default of <typeparamref name="T"/> when there was none; say
    /// <c>GetInput&lt;string?&gt;()</c> where that can happen.
    /// </summary>
    /// <typeparam name="T">Any type that the JSON of the input fits, value tuples included.</typeparam>
    /// <exception cref="PayloadException">The JSON of the input does not fit <typeparamref name="T"/>.</exception>
    T GetInput<T>();
}
