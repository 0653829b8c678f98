namespace Perdure.Cli.Tests.Support;

/// <summary>Functions that wait for everything that there is to wait for.</summary>
internal static class MovingFunctions
{
    private static readonly EntityId s_counter = new("Counter", "schlüssel 🐧");

    public static Type[] All { get; } =
    [
        typeof(TimerFunction), typeof(EventFunction), typeof(ActivityFunction), typeof(HolderFunction),
        typeof(WaiterFunction), typeof(FailingFunction), typeof(WorkFunction), typeof(CounterFunction),
        typeof(ParentFunction),
    ];

    /// <summary>Whether activities may end.</summary>
    public sealed class Gate
    {
        public bool IsOpen { get; init; }
    }

    public sealed class TimerFunction
    {
        [FunctionName("Timer")]
        public async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CreateTimer(context.GetInput<DateTime>(), CancellationToken.None);
            return "rang";
        }
    }

    public sealed class EventFunction
    {
        [FunctionName("Event")]
        public async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            await context.WaitForExternalEvent<string>("go") + await context.WaitForExternalEvent<string>("go");
    }

    public sealed class ParentFunction
    {
        [FunctionName("Parent")]
        public async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            "child: " + await context.CallSubOrchestratorAsync<string>("Event", "child", null);
    }

    public sealed class ActivityFunction
    {
        [FunctionName("Activity")]
        public async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            await context.CallActivityAsync<string>("Work", "\u0000 🐧");
    }

    public sealed class HolderFunction
    {
        [FunctionName("Holder")]
        public async Task<int> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            using (await context.LockAsync(s_counter))
            {
                context.SetCustomStatus("holds it");
                await context.WaitForExternalEvent("go");
                return await context.CallEntityAsync<int>(s_counter, "Add", 1);
            }
        }
    }

    public sealed class WaiterFunction
    {
        [FunctionName("Waiter")]
        public async Task<int> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            using (await context.LockAsync(s_counter))
                return await context.CallEntityAsync<int>(s_counter, "Add", 1);
        }
    }

    public sealed class FailingFunction
    {
        [FunctionName("Failing")]
        public Task Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
            throw new InvalidOperationException("It must not.");
    }

    public sealed class WorkFunction(Gate gate)
    {
        [FunctionName("Work")]
        public async Task<string> Run([ActivityTrigger] IDurableActivityContext context)
        {
            if (!gate.IsOpen)
                await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
            return context.GetInput<string>();
        }
    }

    public sealed class CounterFunction
    {
        [FunctionName("Counter")]
        public Task Run([EntityTrigger] IDurableEntityContext context)
        {
            int value = context.GetState<int>() + context.GetInput<int>();
            context.SetState(value);
            context.Return(value);
            return Task.CompletedTask;
        }
    }
}
