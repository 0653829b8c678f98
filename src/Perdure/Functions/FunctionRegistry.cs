using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Perdure.Core.Stores;
using Perdure.Functions.Queues;
using Perdure.Functions.Streams;
using Perdure.Functions.Timers;

namespace Perdure.Functions;

/// <summary>All functions of a host, by name in any case; fixed when the host starts.</summary>
internal sealed class FunctionRegistry(
    IReadOnlyList<OrchestrationFunction> orchestrations,
    IReadOnlyList<ActivityFunction> activities,
    IReadOnlyList<EntityFunction> entities,
    IReadOnlyList<QueueFunction> queues,
    IReadOnlyList<StreamFunction> streams,
    HttpFunctions http,
    IReadOnlyList<TimerFunction> timers)
{
    private readonly FrozenDictionary<string, OrchestrationFunction> _orchestrations =
        orchestrations.ToFrozenDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, ActivityFunction> _activities =
        activities.ToFrozenDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, EntityFunction> _entities =
        entities.ToFrozenDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, QueueFunction> _queues =
        queues.ToFrozenDictionary(f => f.Consumer.Queue, StringComparer.Ordinal);

    private readonly FrozenDictionary<string, StreamFunction[]> _streams =
        streams.GroupBy(f => f.Consumer.Stream)
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    private readonly FrozenDictionary<string, TimerFunction> _timers =
        timers.ToFrozenDictionary(f => f.Consumer.Name, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<OrchestrationFunction> Orchestrations => orchestrations;

    public IReadOnlyList<ActivityFunction> Activities => activities;

    public IReadOnlyList<EntityFunction> Entities => entities;

    public IReadOnlyList<QueueFunction> Queues => queues;

    public IReadOnlyList<StreamFunction> Streams => streams;

    public IReadOnlyList<TimerFunction> Timers => timers;

    /// <summary>Streams that functions read or write, by name.</summary>
    public IReadOnlyList<string> KnownStreams { get; init; } = [];

    /// <summary>A queue of the engine's own and its function; null in a host that runs nothing.</summary>
    public QueueFunction? BuiltInQueue { get; init; }

    public HttpFunctions Http => http;

    /// <summary>Functions that are switched off, by name.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>Of each function the version of the assembly that has it.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } =
        FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// What other nodes are told of: without functions of its own, the built-in ones are not worth telling.
    /// </summary>
    public IReadOnlyList<string> Offered { get; } =
        entities.Count + queues.Count + streams.Count + timers.Count + orchestrations.Count(o => !o.IsBuiltIn)
            + activities.Count(a => !a.IsBuiltIn) == 0
            ? []
            :
            [
                .. orchestrations.Select(f => CodeNames.Orchestration(f.Name)),
                .. activities.Select(f => CodeNames.Activity(f.Name)),
                .. entities.Select(f => CodeNames.Entity(f.Name)),
                .. queues.Select(f => CodeNames.Queue(f.Consumer.Queue)),
                .. streams.Select(f => CodeNames.Stream(f.Consumer.Stream)).Distinct(),
                .. timers.Select(f => CodeNames.Timer(f.Consumer.Name)),
            ];

    /// <summary>The same functions, and one of the engine's own, whose name none of them can have.</summary>
    public FunctionRegistry With(ActivityFunction builtIn) =>
        Copy(orchestrations, [.. activities, builtIn], BuiltInQueue);

    /// <summary>The same functions, and this activity in the place of the one of its name, if there is one.</summary>
    public FunctionRegistry WithInstead(ActivityFunction activity) => Copy(
        orchestrations,
        [.. activities.Where(a => !a.Name.Equals(activity.Name, StringComparison.OrdinalIgnoreCase)), activity],
        BuiltInQueue);

    public FunctionRegistry With(QueueFunction builtIn) => Copy(orchestrations, activities, builtIn);

    /// <summary>The same functions, and an orchestration of the engine's own with its activity.</summary>
    public FunctionRegistry With(OrchestrationFunction orchestration, ActivityFunction activity) =>
        Copy([.. orchestrations, orchestration], [.. activities, activity], BuiltInQueue);

    private FunctionRegistry Copy(
        IReadOnlyList<OrchestrationFunction> allOrchestrations, IReadOnlyList<ActivityFunction> allActivities,
        QueueFunction? builtInQueue) =>
        new(allOrchestrations, allActivities, entities, queues, streams, http, timers)
        {
            KnownStreams = KnownStreams,
            Versions = Versions,
            Disabled = Disabled,
            BuiltInQueue = builtInQueue,
        };

    public bool TryGetOrchestration(string name, [NotNullWhen(true)] out OrchestrationFunction? function) =>
        _orchestrations.TryGetValue(name, out function);

    public bool TryGetActivity(string name, [NotNullWhen(true)] out ActivityFunction? function) =>
        _activities.TryGetValue(name, out function);

    public bool TryGetEntity(string name, [NotNullWhen(true)] out EntityFunction? function) =>
        _entities.TryGetValue(name, out function);

    /// <exception cref="ArgumentException">There is none of this name; the message lists the known ones.</exception>
    public OrchestrationFunction Orchestration(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryGetOrchestration(name, out OrchestrationFunction? function)
            ? function
            : throw Unknown("orchestration", name, orchestrations.Where(f => !f.IsBuiltIn).Select(f => f.Name));
    }

    /// <exception cref="ArgumentException">There is none of this name; the message lists the known ones.</exception>
    public ActivityFunction Activity(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryGetActivity(name, out ActivityFunction? function)
            ? function
            : throw Unknown("activity", name, activities.Select(f => f.Name));
    }

    /// <exception cref="ArgumentException">There is none of this name; the message lists the known ones.</exception>
    public EntityFunction Entity(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryGetEntity(name, out EntityFunction? function)
            ? function
            : throw Unknown("entity", name, entities.Select(f => f.Name));
    }

    /// <summary>Those of them that run in slots.</summary>
    public IReadOnlyList<string> OfferedActivities =>
        field ??= [.. Offered.Where(f => activities.Any(a => CodeNames.Activity(a.Name) == f))];

    /// <summary>Orchestrations and entities.</summary>
    public IReadOnlyList<string> OfferedRuns => field ??=
    [
        .. Offered.Except(OfferedActivities)
            .Except(queues.Select(f => CodeNames.Queue(f.Consumer.Queue)))
            .Except(streams.Select(f => CodeNames.Stream(f.Consumer.Stream)))
            .Except(timers.Select(f => CodeNames.Timer(f.Consumer.Name))),
    ];

    /// <summary>The function of a queue, or null.</summary>
    /// <param name="queue">Its name, in lower case.</param>
    public QueueFunction? QueueFunction(string queue) => _queues.GetValueOrDefault(queue)
        ?? (BuiltInQueue?.Consumer.Queue == queue ? BuiltInQueue : null);

    /// <summary>The functions of a stream, each with a consumer group of its own.</summary>
    /// <param name="stream">Its name, in lower case.</param>
    public IReadOnlyList<StreamFunction> StreamFunctions(string stream) => _streams.GetValueOrDefault(stream) ?? [];

    /// <summary>The function of a timer, or null.</summary>
    /// <param name="name">Its name, in any case.</param>
    public TimerFunction? TimerFunction(string name) => _timers.GetValueOrDefault(name);

    /// <summary>As its author spells it; if only other nodes have it, as the caller does.</summary>
    /// <exception cref="ArgumentException">No node has it.</exception>
    public string OrchestrationName(string name, Func<string, bool> isElsewhere)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !TryGetOrchestration(name, out _) && isElsewhere(CodeNames.Orchestration(name))
            ? name
            : Orchestration(name).Name;
    }

    /// <exception cref="ArgumentException">No node has it.</exception>
    public void CheckEntity(string name, Func<string, bool> isElsewhere)
    {
        if (!TryGetEntity(name, out _) && !isElsewhere(CodeNames.Entity(name)))
            Entity(name);
    }

    private static ArgumentException Unknown(string kind, string name, IEnumerable<string> known)
    {
        string[] names = [.. known.Order(StringComparer.OrdinalIgnoreCase)];
        string list = names.Length == 0 ? "There is none at all." : $"Known: {string.Join(", ", names)}.";
        return new($"This host has no {kind} named '{name}'. {list}");
    }
}
