using Perdure.Core.History;

namespace Perdure.Functions;

/// <summary>An orchestration, ready to be started: no reflection is left.</summary>
internal sealed class OrchestrationFunction(
    string name, FunctionTarget target, Func<OrchestrationCall, Task> call, Func<Task, Payload> result)
{
    public string Name => name;

    /// <summary>The version of the instances that it runs; null for none.</summary>
    public string? Version { get; init; }

    /// <summary>Whether every host has it.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>
    /// Runs the code up to its first await. Nothing but the author's code runs on the way, and nothing continues behind
    /// it, so that the thread of the turn stays in charge.
    /// </summary>
    /// <param name="context">Also a <see cref="DurableOrchestrationContext"/>, if the function asks for that.</param>
    /// <param name="lifetime">
    /// What to dispose of when the session ends, also when the task has failed; null when there is nothing.
    /// </param>
    /// <returns>The task of the code; it fails with what the author threw.</returns>
    public Task Start(IDurableOrchestrationContext context, out IAsyncDisposable? lifetime)
    {
        lifetime = null;
        try
        {
            if (!target.IsNeeded)
                return call(new(null, context));

            FunctionInstance instance = target.Open();
            lifetime = instance;
            return call(new(instance.Create(), context));
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    /// <summary>What the code returned.</summary>
    /// <param name="completed">The task that <see cref="Start"/> returned, completed successfully.</param>
    /// <exception cref="PayloadException">It does not become JSON, or is over the limit.</exception>
    public Payload Result(Task completed) => result(completed);
}
