using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Tests.Support;

/// <summary>What the code of an orchestration asks for.</summary>
internal static class Code
{
    public static readonly ParentLink Parent = new("parent-1", "Parent", 900, 2, 7);

    public static OrchestratorAction Activity(
        int task, string name = "Work", string? input = null, int attempt = 1, int? first = null) =>
        new OrchestratorAction.ScheduleTask(task, name, Json(input), attempt, first ?? task);

    public static OrchestratorAction Timer(int task, long fireAt) => new OrchestratorAction.CreateTimer(task, fireAt);

    public static OrchestratorAction CancelTimer(int task) => new OrchestratorAction.CancelTimer(task);

    public static OrchestratorAction Child(
        int task, string name = "Child", string? id = null, bool detached = false, int? first = null,
        string? version = null, bool named = false) =>
        new OrchestratorAction.StartChild(task, name, id ?? $"child-{task}", default, detached)
        {
            Version = version,
            VersionNamed = named,
            FirstTask = first ?? task,
        };

    public static OrchestratorAction Call(int task, string entity, string operation = "add", string? input = null) =>
        new OrchestratorAction.CallEntity(task, entity, operation, Json(input));

    public static OrchestratorAction Signal(int task, string entity, string operation = "add", long? due = null) =>
        new OrchestratorAction.SignalEntity(task, entity, operation, default, due);

    public static OrchestratorAction Lock(int task, params string[] entities) =>
        new OrchestratorAction.LockEntities(task, entities);

    public static OrchestratorAction Unlock(int task) => new OrchestratorAction.ReleaseLocks(task);

    public static OrchestratorAction Status(string? json) => new OrchestratorAction.SetCustomStatus(Json(json));

    public static Completion Returns(string? json = null) => new Completion.Succeeded(Json(json));

    public static Completion Throws(string type = "Boom") =>
        new Completion.Failed(new FailureDetails(type, "It broke."));

    public static Completion ContinuesAsNew(string? input = null, params string[] unprocessed) =>
        new Completion.ContinuedAsNew(
            Json(input), [.. unprocessed.Select(e => new HistoryEvent.EventRaised(e, default))]);

    public static CodeResult Parks =>
        new CodeResult.Stopped(new FailureDetails("Perdure.Test", "It must not go on."), Park: true);

    public static CodeResult Stops =>
        new CodeResult.Stopped(new FailureDetails("Perdure.Test", "It must not go on."), Park: false);

    public static Payload Json(string? json) => json is null ? default : Payload.Of(json);
}
