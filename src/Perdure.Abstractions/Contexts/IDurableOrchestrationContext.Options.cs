namespace Perdure;

// Members that Durable Functions 2.x does not have. A context that somebody writes for tests need not know of them:
// then they do what the older ones do, and versions count for nothing.
public partial interface IDurableOrchestrationContext
{
    /// <summary>
    /// Runs another orchestration as a child, and returns when it has completed; with a version, an id or retries.
    /// </summary>
    /// <param name="functionName">The name of the orchestration, in any case.</param>
    /// <param name="options">The id, the version and the retries of the child.</param>
    /// <param name="input">Its input.</param>
    /// <exception cref="ArgumentException">
    /// The id is not allowed, or the version has more than 100 characters or is not well-formed Unicode.
    /// </exception>
    /// <exception cref="FunctionFailedException">
    /// The child failed or was terminated, this host has no orchestration of this name, or an instance with its id is
    /// alive already; thrown by the task.
    /// </exception>
    Task CallSubOrchestratorAsync(string functionName, SubOrchestrationOptions options, object? input = null) =>
        options.Retry is null
            ? CallSubOrchestratorAsync(functionName, options.InstanceId, input)
            : CallSubOrchestratorWithRetryAsync(functionName, options.Retry, options.InstanceId, input);

    /// <inheritdoc cref="CallSubOrchestratorAsync(string, SubOrchestrationOptions, object?)"/>
    /// <typeparam name="TResult">Any type that the JSON of the child's output fits.</typeparam>
    /// <returns>The output of the child.</returns>
    Task<TResult> CallSubOrchestratorAsync<TResult>(
        string functionName, SubOrchestrationOptions options, object? input = null) =>
        options.Retry is null
            ? CallSubOrchestratorAsync<TResult>(functionName, options.InstanceId, input)
            : CallSubOrchestratorWithRetryAsync<TResult>(functionName, options.Retry, options.InstanceId, input);

    /// <inheritdoc cref="StartNewOrchestration(string, object?, string?)"/>
    /// <param name="options">The id and the version of the new instance. It is not tried again when it fails.</param>
    /// <exception cref="ArgumentException">
    /// The id is not allowed, the version has more than 100 characters or is not well-formed Unicode, or there are
    /// retries.
    /// </exception>
    string StartNewOrchestration(string functionName, SubOrchestrationOptions options, object? input = null) =>
        StartNewOrchestration(functionName, input, options.InstanceId);

    /// <inheritdoc cref="ContinueAsNew(object?, bool)"/>
    /// <param name="options">What becomes of events, and the version of the new execution.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">The version is too long, or not well-formed Unicode.</exception>
    void ContinueAsNew(object? input, ContinueAsNewOptions options) =>
        ContinueAsNew(input, options.PreserveUnprocessedEvents);
}
