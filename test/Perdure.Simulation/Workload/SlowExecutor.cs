using Perdure.Core.Orchestrations;
using Perdure.Execution;
using Perdure.Simulation.Checking;
using Perdure.Simulation.Faults;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>
/// The executor of the program, whose code is slow now and then: it blocks before it runs, or its answer travels for a
/// while, as that of a remote worker does. What runs is the shipped executor.
/// </summary>
internal sealed class SlowExecutor(IOrchestrationExecutor inner, FaultRates faults, SimulatedProcess process)
    : IOrchestrationExecutor
{
    public bool Offers(string orchestration, string? version) => inner.Offers(orchestration, version);

    public bool Knows(string orchestration) => inner.Knows(orchestration);

    public IOrchestrationSession Open(OrchestrationState state, Action<IOrchestrationSession> wake)
    {
        SlowSession? outer = null;
        outer = new SlowSession(inner.Open(state, _ => wake(outer!)), state.Execution.Key, faults, process);
        return outer;
    }

    private sealed class SlowSession(IOrchestrationSession inner, long key, FaultRates faults, SimulatedProcess process)
        : IOrchestrationSession
    {
        private bool _abandoned;

        public IReadOnlyCollection<string> EventsAwaited => inner.EventsAwaited;

        public ValueTask<CodeResult> RunAsync(RunRequest request)
        {
            TimeSpan delay = faults.CodeDelay();
            return delay == TimeSpan.Zero ? inner.RunAsync(request) : RunLateAsync(request, delay);
        }

        public void Abandon()
        {
            _abandoned = true;
            inner.Abandon();
        }

        private async ValueTask<CodeResult> RunLateAsync(RunRequest request, TimeSpan delay)
        {
            Life? life = Simulation.Here.Ledger.ByKey(key);
            int turn = life?.NextTurn ?? 0;
            if (life is { End: null } && faults.IsOvertaken())
                Simulation.Here.Clients.Do(process, c => Simulation.Here.Clients.TerminateAsync(c, life.Id));
            await Task.Delay(delay / 2, process.Time);
            life ??= Simulation.Here.Ledger.ByKey(key);
            if (life is { End: null } && life.NextTurn > turn)
                Simulation.Here.Counters.Add(Rare.RecordedAhead);
            if (life is { End.Status: InstanceStatus.Terminated })
                Simulation.Here.Counters.Add(Rare.TerminateOvertook);
            if (_abandoned)
                return CodeResult.NotRun.Instance;
            CodeResult result = await inner.RunAsync(request);
            await Task.Delay(delay / 2, process.Time);
            return result;
        }
    }
}
