using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Perdure.Core.Stores;
using Perdure.Core.Versioning;
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
    private readonly FrozenDictionary<string, OrchestrationCode> _orchestrations =
        orchestrations.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(g => g.Key, g => new OrchestrationCode(g), StringComparer.OrdinalIgnoreCase);

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

    public ProgramVersion Program { get; init; } = new(new VersioningOptions(), orchestrations);

    /// <summary>Functions that are switched off, by name.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>Of each function the version of the assembly that has it.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } =
        FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// What other nodes are told of: without functions of its own, the built-in ones are not worth telling.
    /// </summary>
    public IReadOnlyList<string> Offered => field ??= !HasOwn
        ? []
        :
        [
            .. OfferedRuns,
            .. OfferedActivities,
            .. queues.Select(f => CodeNames.Queue(f.Consumer.Queue)),
            .. streams.Select(f => CodeNames.Stream(f.Consumer.Stream)).Distinct(),
            .. timers.Select(f => CodeNames.Timer(f.Consumer.Name)),
        ];

    /// <summary>Those of them that run in slots.</summary>
    public IReadOnlyList<string> OfferedActivities => field ??= !HasOwn
        ? []
        : [.. activities.Select(f =>
            CodeNames.In(CodeNames.Activity(f.Name), f.IsBuiltIn ? VersionRange.Any : Program.Takes))];

    /// <summary>Orchestrations, of each the versions that run here, and entities.</summary>
    public IReadOnlyList<string> OfferedRuns => field ??= !HasOwn
        ? []
        :
        [
            .. from code in _orchestrations.Values
            from versions in code.Runs(Program.Takes)
            select CodeNames.In(CodeNames.Orchestration(code.Newest.Name), versions),
            .. entities.Select(f => CodeNames.Entity(f.Name)),
        ];

    /// <summary>Whether there is more than every host has.</summary>
    private bool HasOwn => entities.Count + queues.Count + streams.Count + timers.Count
        + orchestrations.Count(o => !o.IsBuiltIn) + activities.Count(a => !a.IsBuiltIn) > 0;

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
            Program = Program,
            Disabled = Disabled,
            BuiltInQueue = builtInQueue,
        };

    /// <summary>The code of the newest version.</summary>
    public bool TryGetOrchestration(string name, [NotNullWhen(true)] out OrchestrationFunction? function) =>
        (function = _orchestrations.GetValueOrDefault(name)?.Newest) is not null;

    /// <summary>The code that runs instances of this version here.</summary>
    public bool TryGetOrchestration(
        string name, string? version, [NotNullWhen(true)] out OrchestrationFunction? function)
    {
        function = _orchestrations.GetValueOrDefault(name)?.For(version);
        if (function is { IsBuiltIn: false } && !Program.Takes.Takes(version))
            function = null;
        return function is not null;
    }

    public bool TryGetActivity(string name, [NotNullWhen(true)] out ActivityFunction? function) =>
        _activities.TryGetValue(name, out function);

    /// <summary>The activity, unless the program must not run anything for instances of this version.</summary>
    public ActivityFunction? ActivityFor(string name, string? version) =>
        TryGetActivity(name, out ActivityFunction? function) && (function.IsBuiltIn || Program.Takes.Takes(version))
            ? function
            : null;

    /// <summary>The version of a new instance.</summary>
    /// <param name="name">The name of its orchestration.</param>
    /// <param name="asked">What whoever starts it asks for; null: nothing, empty: none.</param>
    /// <param name="newestElsewhere">The newest version in which other nodes have some code; null for none.</param>
    /// <exception cref="ArgumentException">What was asked for cannot be a version.</exception>
    public string? VersionOfNew(string name, string? asked, Func<string, string?> newestElsewhere)
    {
        if (asked is not null)
            return VersionText.Checked(asked);
        return _orchestrations.TryGetValue(name, out OrchestrationCode? code)
            ? code.Newest.IsBuiltIn ? null : code.NewestWithin(Program.ForNew)
            : Program.ForNew ?? newestElsewhere(CodeNames.Orchestration(name));
    }

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
