using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Tests.Functions;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Execution.Support;

/// <summary>One orchestration without a core: events go in, what the code asks for comes out.</summary>
internal sealed class SessionRun : IDisposable
{
    private readonly TestHost _host;
    private readonly FunctionRegistry _functions;
    private readonly OrchestrationState _state;
    private readonly HistoryEvent.ExecutionStarted _started =
        new() { Name = "Main", ExecutionId = "0123456789abcdef0123456789abcdef" };

    private IOrchestrationSession _session;

    public SessionRun(Func<IDurableOrchestrationContext, Task<object?>> code)
    {
        Code lambdas = new() { Main = code };
        _host = new TestHost(s => s.AddSingleton(lambdas));
        _functions = _host.Discover(typeof(CodeFunctions.MainFunction));
        InstanceRow row = new()
        {
            Partition = 0, Key = 1, Id = "main-1", Name = "Main", Status = InstanceStatus.Running, Created = 0,
        };
        _state = OrchestrationState.Load(row, [new StoredTurn(0, 0, [_started])]);
        _session = Open();
    }

    /// <summary>How the code ended, once it has.</summary>
    public Completion? Completion { get; private set; }

    /// <summary>What the code threw, once it has.</summary>
    public FailureDetails Failure => ((Completion.Failed)Completion!).Failure;

    /// <summary>What the code returned, as JSON.</summary>
    public string Result => ((Completion.Succeeded)Completion!).Result.ToString();

    /// <summary>Runs the code up to its first awaits.</summary>
    public OrchestratorAction[] Start() => Feed(_started);

    public OrchestratorAction[] Feed(params HistoryEvent[] events)
    {
        CodeResult.Ran ran = Run(new RunRequest(1000, events, null)).ShouldBeOfType<CodeResult.Ran>();
        Completion = ran.Completion;
        return [.. ran.Actions];
    }

    /// <summary>
    /// A session that has lived through nothing is given what was asked for as its history, and nothing new.
    /// </summary>
    public CodeResult Replay(HistoryEvent[] fed, params HistoryEvent[] asked)
    {
        _session.Abandon();
        _session = Open();
        return Run(new RunRequest(2000, [], [new RecordedRun(0, 1000, [_started, .. fed], asked)]));
    }

    public void Dispose()
    {
        _session.Abandon();
        _host.Dispose();
    }

    private IOrchestrationSession Open() => new InProcessExecutor(
        _functions, new SessionServices(new PayloadSerializer(), NullLogger.Instance, false)).Open(_state, _ => { });

    private CodeResult Run(RunRequest request)
    {
        Task<CodeResult> run = _session.RunAsync(request).AsTask();
        run.IsCompletedSuccessfully.ShouldBeTrue();
        return run.GetAwaiter().GetResult();
    }
}
