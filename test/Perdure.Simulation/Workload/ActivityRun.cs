using Perdure.Simulation.Checking;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>One run of an activity, as the activity itself saw it.</summary>
internal sealed class ActivityRun(int number, SimulatedProcess process, TaskRecord task)
{
    public int Number => number;
    public SimulatedProcess Process => process;
    public TaskRecord Task => task;

    /// <summary>What it returned, as JSON; null while it runs and when it failed.</summary>
    public string? Result { get; private set; }

    public string? Failure { get; private set; }

    public bool IsMended(WorkOrder order) => order.Mends && task.Runs.Any(r => r.Failure is not null);

    public string End(string result)
    {
        Result = $"\"{result}\"";
        return result;
    }

    public InvalidOperationException Fail(string message)
    {
        Failure = message;
        return new InvalidOperationException(message);
    }
}
