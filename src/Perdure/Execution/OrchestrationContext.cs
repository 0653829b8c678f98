using Perdure.Core;
using Perdure.Core.Identity;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Versioning;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>
/// What the code of an orchestrator sees. It turns calls into actions and keeps the tasks that wait for their outcome;
/// it stores nothing and starts nothing.
/// </summary>
internal sealed partial class OrchestrationContext : DurableOrchestrationContext
{
    private readonly string _parentInstanceId;
    private readonly string _executionId;
    private readonly FunctionRegistry _functions;
    private readonly SessionServices _services;
    private readonly PayloadSerializer _serializer;
    private readonly OrchestrationSession _session;

    private TaskMap<PendingTask> _pending;
    private EventInbox? _events;
    private Payload _input;
    private Payload? _output;
    private int _nextTask;
    private int _nextGuid;
    private DateTime _now;
    private DateTime _rewoundAt;
    private bool _replaying;
    private Completion.ContinuedAsNew? _continueAsNew;
    private bool _preserveEvents;

    public OrchestrationContext(
        OrchestrationState state, FunctionRegistry functions, SessionServices services, OrchestrationSession session)
    {
        Name = state.Name;
        InstanceId = state.Id;
        Version = state.Version;
        _parentInstanceId = state.Parent?.InstanceId ?? "";
        _executionId = state.ExecutionId;
        _functions = functions;
        _services = services;
        _serializer = services.Serializer;
        _session = session;
    }

    public string Name { get; }

    public string InstanceId { get; }

    public string? ParentInstanceId => _parentInstanceId.Length == 0 ? null : _parentInstanceId;

    public string? Version { get; }

    public DateTime CurrentUtcDateTime
    {
        get
        {
            CheckTurn();
            return _now;
        }
    }

    public bool IsReplaying => _replaying;

    /// <summary>What the code asked for in this run, in order.</summary>
    public List<OrchestratorAction> Actions { get; private set; } = [];

    /// <summary>Whether anything durable is left that could make the code go on.</summary>
    public IReadOnlyCollection<string> EventsAwaited => _events?.Awaited ?? [];

    public bool WaitsForSomething => _pending.Count > 0 || _events is { HasWaiters: true };

    /// <summary>The first result that could not be read as what the code asked for, whether it was awaited or
    /// not.</summary>
    public PayloadException? Unreadable { get; private set; }

    public Payload Input => _input;

    public Payload? Output => _output;

    /// <summary>
    /// What the code asked for by <see cref="ContinueAsNew(object?, bool)"/>, with the events that the next generation
    /// gets.
    /// </summary>
    public Completion.ContinuedAsNew? Continuation(IEnumerable<HistoryEvent.EventRaised> unfed) =>
        _continueAsNew is null
        ? null
        : _continueAsNew with { Unprocessed = [.. (_preserveEvents ? _events?.Buffered : null) ?? [], .. unfed] };

    public void BeginRun(long at, bool replaying)
    {
        _now = DateTime.UnixEpoch.AddMilliseconds(at);
        _replaying = replaying;
        Actions = [];
    }

    /// <summary>
    /// The orchestration was rewound to this point: numbers that were given since are not given again.
    /// </summary>
    public void Rewind(long at, int nextTask) =>
        (_rewoundAt, _nextTask) = (DateTime.UnixEpoch.AddMilliseconds(at), nextTask);

    public void Start(HistoryEvent.ExecutionStarted started) => _input = started.Input;

    public TInput GetInput<TInput>()
    {
        CheckTurn();
        return _serializer.Deserialize<TInput>(_input, new PayloadPlace(PayloadRole.OrchestrationInput, Name));
    }

    public void SetOutput(object? output)
    {
        CheckTurn();
        if (_output is not null)
            throw new InvalidOperationException("The output of the orchestration is set already; it can be set once.");
        _output = _serializer.Serialize(output, new PayloadPlace(PayloadRole.OrchestrationOutput, Name));
    }

    public void SetCustomStatus(object? customStatusObject)
    {
        CheckTurn();
        Payload value = _serializer.SerializeCustomStatus(customStatusObject, Name);
        // The value at the end of the run is what counts.
        Actions.RemoveAll(a => a is OrchestratorAction.SetCustomStatus);
        Actions.Add(new OrchestratorAction.SetCustomStatus(value));
    }

    public void ContinueAsNew(object? input, bool preserveUnprocessedEvents = false) =>
        ContinueAsNew(input, new ContinueAsNewOptions { PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public void ContinueAsNew(object? input, ContinueAsNewOptions options)
    {
        CheckTurn();
        ArgumentNullException.ThrowIfNull(options);
        Payload next = _serializer.Serialize(input, new PayloadPlace(PayloadRole.OrchestrationInput, Name));
        _continueAsNew = new Completion.ContinuedAsNew(next, []) { Version = VersionText.Checked(options.NewVersion) };
        _preserveEvents = options.PreserveUnprocessedEvents;
    }

    public Guid NewGuid()
    {
        CheckTurn();
        return DurableGuids.Create(InstanceId, _now, _nextGuid++);
    }

    // Activities

    public Task CallActivityAsync(string functionName, object? input = null) =>
        CallActivityAsync<Nothing>(functionName, input);

    public Task<TResult> CallActivityAsync<TResult>(string functionName, object? input = null)
    {
        CheckTurn();
        ArgumentException.ThrowIfNullOrWhiteSpace(functionName);
        return Schedule<TResult>(functionName, ActivityInput(functionName, input), 1, _nextTask);
    }

    private Task<TResult> Schedule<TResult>(string functionName, Payload input, int attempt, int firstTask)
    {
        PendingTask<TResult> pending = new(new PayloadPlace(PayloadRole.ActivityResult, functionName));
        int task = Open(pending);
        Actions.Add(new OrchestratorAction.ScheduleTask(task, NameOfActivity(functionName), input, attempt, firstTask));
        return pending.Task;
    }

    // Sub-orchestrations

    public Task CallSubOrchestratorAsync(string functionName, string? instanceId, object? input) =>
        CallSubOrchestratorAsync<Nothing>(functionName, instanceId, input);

    public Task<TResult> CallSubOrchestratorAsync<TResult>(string functionName, string? instanceId, object? input)
    {
        CheckTurn();
        return StartChild<TResult>(
            functionName, new() { InstanceId = instanceId }, ChildInput(functionName, input), _nextTask);
    }

    public Task CallSubOrchestratorAsync(string functionName, SubOrchestrationOptions options, object? input = null) =>
        CallSubOrchestratorAsync<Nothing>(functionName, options, input);

    public Task<TResult> CallSubOrchestratorAsync<TResult>(
        string functionName, SubOrchestrationOptions options, object? input = null)
    {
        CheckTurn();
        if (options.Retry is not null)
            return RetryChildAsync<TResult>(functionName, options.Retry, options, input);
        return StartChild<TResult>(functionName, options, ChildInput(functionName, input), _nextTask);
    }

    private Task<TResult> StartChild<TResult>(
        string functionName, SubOrchestrationOptions options, Payload input, int firstTask)
    {
        CheckChild(functionName, options.InstanceId);
        _section?.CheckChild(functionName);
        string name = NameOfOrchestration(functionName);
        string? version = VersionOf(name, options);
        PendingTask<TResult> pending = new(new PayloadPlace(PayloadRole.OrchestrationOutput, functionName));
        int task = Open(pending);
        string id = options.InstanceId ?? $"{_executionId}:{task}";
        Actions.Add(new OrchestratorAction.StartChild(task, name, id, input, Detached: false)
        {
            Version = version,
            VersionNamed = options.Version is not null,
            FirstTask = firstTask,
        });
        return pending.Task;
    }

    public string StartNewOrchestration(string functionName, object? input = null, string? instanceId = null) =>
        StartNewOrchestration(functionName, new SubOrchestrationOptions { InstanceId = instanceId }, input);

    public string StartNewOrchestration(string functionName, SubOrchestrationOptions options, object? input = null)
    {
        CheckTurn();
        CheckChild(functionName, options.InstanceId);
        if (options.Retry is not null)
            throw new ArgumentException(
                $"The orchestration '{functionName}' is started and forgotten, so nobody would see it fail and try it "
                + "again; leave Retry out, or call it.", nameof(options));
        string id = options.InstanceId ?? NewGuid().ToString();
        string name = NameOfOrchestration(functionName);
        string? version = VersionOf(name, options);
        Payload payload = ChildInput(functionName, input);
        Actions.Add(
            new OrchestratorAction.StartChild(_nextTask++, name, id, payload, Detached: true) { Version = version });
        return id;
    }

    private string? VersionOf(string child, SubOrchestrationOptions options) =>
        _functions.VersionOfNew(child, options.Version, _services.NewestElsewhere);

    private void CheckChild(string functionName, string? instanceId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(functionName);
        if (instanceId is null)
            return;
        if (InstanceIds.Problem(instanceId) is { } problem)
            throw new ArgumentException($"'{instanceId}' cannot be an instance id: {problem}.", nameof(instanceId));
        if (instanceId == InstanceId || instanceId == ParentInstanceId)
            throw new ArgumentException(
                $"The sub-orchestration '{functionName}' cannot have the id '{instanceId}' of the orchestration "
                + "itself or of its parent.", nameof(instanceId));
    }

    // Functions are stored under the names that they have, however the call spells them; what is unknown stays as it
    // is.

    private string NameOfActivity(string spelled) =>
        _functions.TryGetActivity(spelled, out ActivityFunction? function) ? function.Name : spelled;

    private string NameOfOrchestration(string spelled) =>
        _functions.TryGetOrchestration(spelled, out OrchestrationFunction? function) ? function.Name : spelled;

    // What the session feeds

    public void Complete(int task, Payload result)
    {
        if (!_pending.Remove(task, out PendingTask? pending))
            return;
        TurnContext.Resolve((pending, result, _serializer), static x => x.pending.Complete(x.result, x._serializer));
        Unreadable ??= pending.Unreadable;
    }

    public void Fail(int task, string kind, FailureDetails failure)
    {
        if (_pending.Remove(task, out PendingTask? pending))
            TurnContext.Resolve(
                (pending, exception: FunctionFailures.ToException(kind, pending.Place.Name, failure)),
                static x => x.pending.Fail(x.exception));
    }

    public void Raise(HistoryEvent.EventRaised raised) => Inbox.Raise(raised);

    private Payload ActivityInput(string functionName, object? input) =>
        _serializer.Serialize(input, new PayloadPlace(PayloadRole.ActivityInput, functionName));

    private Payload ChildInput(string functionName, object? input) =>
        _serializer.Serialize(input, new PayloadPlace(PayloadRole.OrchestrationInput, functionName));

    private EventInbox Inbox => _events ??= new EventInbox(_serializer);

    private int Open(PendingTask pending)
    {
        int task = _nextTask++;
        _pending.Add(task, pending);
        return task;
    }

    private void CheckTurn() => _session.CheckTurn();
}
