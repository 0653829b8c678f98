using System.Text.Json;

namespace Perdure.Torture.Judging;

/// <summary>
/// Calls and locks of entities at one moment: whoever waits for an entity has a message there or an answer on its way,
/// and a lock is held by somebody who knows of it, or its release is a message.
/// </summary>
internal sealed class EntityWaits
{
    private readonly Findings _findings;
    private readonly Dictionary<string, EntityLine> _entities;
    private readonly HashSet<(string Entity, string Task)> _operations, _requests, _releases;
    private readonly HashSet<(string Instance, string Task)> _answers, _grants;

    public EntityWaits(Tables tables, Findings findings)
    {
        _findings = findings;
        _entities = tables.Entities.ToDictionary(e => e.Id);
        _operations = Those(tables, MessageLine.Operation);
        _requests = Those(tables, MessageLine.LockRequest);
        _releases = Those(tables, MessageLine.Release);
        _answers = Those(tables, MessageLine.OperationDone);
        _grants = Those(tables, MessageLine.LockGranted);
    }

    /// <summary>How many entities are locked.</summary>
    public int Locked => _entities.Values.Count(e => e.Holder is not null);

    /// <summary>What an instance waits for must exist, and what it believes to hold it must hold.</summary>
    public void Check(InstanceLine instance, Fold fold)
    {
        foreach ((int task, JsonElement opened) in fold.Open)
        {
            if (Fold.Type(opened) != "EntityOperationCalled")
                continue;
            string entity = Fold.Text(opened, "entity")!;
            string call = Name(instance, task);
            if (!_operations.Contains((entity, call)) && !_answers.Contains((instance.Id, call)))
                _findings.Add(
                    "waits for nothing", $"{instance.Id}: neither its call {task} of {entity} nor an answer is there");
        }
        if (fold.Section is not { } section)
            return;
        string request = Name(instance, section.Task);
        foreach (string entity in section.Entities.Take(section.Granted).Where(e => !IsHeld(e, instance, request)))
            _findings.Add(
                "in a section without its lock",
                $"{instance.Id}, {section}: {_entities.GetValueOrDefault(entity)?.ToString() ?? $"no {entity}"}");
        if (section.Awaited is not { } awaited)
            return;
        bool comes = _grants.Contains((instance.Id, $"{request} {awaited}")) && IsHeld(awaited, instance, request);
        if (!comes && !_requests.Contains((awaited, request)))
            _findings.Add(
                "waits for nothing", $"{instance.Id}: neither its request for {awaited} nor a grant is there");
    }

    /// <summary>The other way round: every lock has an owner that lives and knows, or goes with a message.</summary>
    /// <param name="folds">Of all instances that live.</param>
    /// <param name="byId">All instances.</param>
    public void CheckLocks(Dictionary<string, Fold> folds, Dictionary<string, InstanceLine> byId)
    {
        foreach (EntityLine entity in _entities.Values.Where(e => e.Holder is not null))
        {
            bool isOwned = folds.TryGetValue(entity.Holder!, out Fold? fold) && fold.Section is { } section
                && Name(byId[entity.Holder!], section.Task) == entity.Request
                && (section.Entities.Take(section.Granted).Contains(entity.Id)
                    || _grants.Contains((entity.Holder!, $"{entity.Request} {entity.Id}")));
            if (!isOwned && !_releases.Contains((entity.Id, entity.Request!)))
                _findings.Add("orphaned lock", $"{entity.Id} of {entity.Holder}, {entity.Request}");
        }
    }

    private bool IsHeld(string entity, InstanceLine instance, string request) =>
        _entities.TryGetValue(entity, out EntityLine? line) && line.Holder == instance.Id && line.Request == request;

    private static string Name(InstanceLine instance, int task) => $"{instance.Key}.{instance.Generation}.{task}";

    private static HashSet<(string, string)> Those(Tables tables, int kind) =>
        [.. tables.Messages.Where(m => m.Kind == kind).Select(m => (m.Target, TaskOf(m))).Where(m => m.Item2 != "")];

    /// <summary>
    /// The task that a message is about; of a grant also the entity, of a signal nothing. What goes to an entity is an
    /// object, what comes from one <c>[key,generation,{event}]</c>.
    /// </summary>
    private static string TaskOf(MessageLine message) => message.Body switch
    {
        [var key, var generation, var e] =>
            $"{key}.{generation}.{e.GetProperty("task")}"
            + (message.Kind == MessageLine.LockGranted ? $" {Fold.Text(e, "entity")}" : ""),
        [var e] when e.TryGetProperty("key", out JsonElement key) =>
            $"{key}.{e.GetProperty("generation")}.{e.GetProperty("task")}",
        _ => "",
    };
}
