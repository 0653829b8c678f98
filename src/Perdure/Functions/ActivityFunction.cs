using Perdure.Core.Circuits;
using Perdure.Core.History;

namespace Perdure.Functions;

/// <summary>An activity, ready to be called: no reflection is left.</summary>
internal sealed class ActivityFunction(
    string name,
    TimeSpan? timeout,
    int? concurrency,
    FunctionTarget target,
    Func<ActivityCall, ValueTask<Payload>> call)
{
    public string Name => name;

    /// <summary>The longest run, as <c>[Timeout]</c> or its settings say.</summary>
    public TimeSpan? Timeout => timeout;

    /// <summary>How many runs are under way at most in one node, as <c>[Concurrency]</c> or its settings say.</summary>
    public int? Concurrency => concurrency;

    /// <summary>The limit that it shares with others; null for none.</summary>
    public NamedLimit? SharedLimit { get; init; }

    /// <summary>Without them it does not run: those of what it depends on.</summary>
    public IReadOnlyList<(string Name, CircuitRules Rules)> Circuits { get; init; } = [];

    /// <summary>What its input is read as before it runs; null when it reads its input itself.</summary>
    public Type? InputType { get; init; }

    /// <summary>Whether every host has it.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>
    /// Runs the activity once. What it throws, also before its first await, is thrown by the task, and is what the
    /// author threw. The token that it may take is that of <paramref name="context"/>.
    /// </summary>
    /// <returns>Its result; <see cref="Payload.None"/> when it has none.</returns>
    public ValueTask<Payload> InvokeAsync(IDurableActivityContext context, Payload input)
    {
        if (target.IsNeeded)
            return InvokeOnTargetAsync(context, input);
        try
        {
            return call(new(null, null, context, input));
        }
        catch (Exception e)
        {
            return ValueTask.FromException<Payload>(e);
        }
    }

    private async ValueTask<Payload> InvokeOnTargetAsync(IDurableActivityContext context, Payload input)
    {
        await using FunctionInstance instance = target.Open();
        return await call(new(instance.Create(), instance.Services, context, input));
    }
}
