namespace Perdure.Simulation.Runs;

/// <summary>
/// Rare events that a run has met. One that stays at zero over a batch of seeds shows that nothing tries it any more.
/// </summary>
internal enum Rare
{
    Crash,
    CrashBeforeCommit,
    CrashAfterCommit,
    LateCommitFenced,
    CleanRestart,
    Unavailable,
    UnknownThatWasWritten,
    UnknownThatWasNotWritten,
    UnknownResolved,
    Fenced,
    Reopened,
    Refused,
    Parked,
    ReadFailed,
    SlowStore,
    Evicted,
    Replayed,
    Recovered,
    DroppedMessage,
    LateResult,
    StaleRun,
    CarefulMode,
    Poisoned,
    RecordedAhead,
    RecordedAlone,
    MessageConsumedAfterCrash,
    TerminateOvertook,
    TimersRefilled,
    CarriedEvents,
    ContinuedAsNew,
    SweptHistory,
    WideTurn,
    DelayedStart,
    DuplicateStart,
    ReplacedInstance,
    Purged,
    Expired,
    Suspended,
    Resumed,
    Terminated,
    TerminatedWithParent,
    Rewound,
    RewoundToTurn,
    RewoundFromCompletion,
    RewoundFromTermination,
    RewoundWithParent,
    RewoundChildStarted,
    KnownResult,
    ChildRefused,
    ChildAnswered,
    Detached,
    RetriedActivity,
    RanAgain,
    TimedOutActivity,
    CancelledTimer,
    EventTimedOut,
    TimerFiredAfterCrash,
    ForeignAwait,
    LockWaitedFor,
    LockedSeveral,
    LockReleased,
    ReleasedByTermination,
    LockRequestTakenBack,
    TerminatedWhileWaiting,
    GrantedWithRelease,
    GrantDropped,
    CalledInSection,
    EndedInSection,
    ContinuedInSection,
    DueWhileLocked,
    ScheduledOperation,
    OperationFailed,
    OperationGivenUp,
    OperationRanAgain,
    EntityAnswerDropped,
    EntityDeleted,
    EntitySignaledEntity,
    SignaledItself,
    EntityStarted,
    SignalStoredAlone,
    BodiesReadAgain,
    PartialRun,
    CutShort,
    CarefulOperation,
    TakenOver,
    MessageFromAnotherNode,
    RequestForwarded,
    AnsweredElsewhere,
    OutcomeUnknown,
    WaitedElsewhere,
    HandedOver,
    LeaseExpired,
    RenewalFailed,
    RenewalTooSlow,
    Paused,
    PausedBeyondLease,
    CommitHeld,
    TakenOverInFlight,
    ClockJumped,
    AnnouncementLost,
    AnnouncementLate,
    AnnouncementTwice,
    FourNodes,
    Dashboard,
    PartOfTheCode,
    EarlierProgram,
    ActivitiesOffered,
    TurnOffered,
    KeptRunning,
    Checkpoint,
    EventRanAgain,
    EventRetried,
    Searching,
    DoneBeyond,
    PutAside,
    OccurrenceBegun,
    OccurrenceRanAgain,
    OccurrencePutAside,
    OccurrencesSkipped,
    TimerPaused,
    TimerTriggered,
    CircuitOpened,
    CircuitProbed,
    CircuitClosed,
    CircuitCommanded,
    LetterRanAgain,
    LetterRequeued,
    SentTwice,
    KeyAhead,
    KeyRetried,
    KeyHeld,
    LetterReplayed,
}

/// <summary>What a run, or all of them together, came to.</summary>
internal sealed class Counters
{
    private readonly long[] _rare = new long[Enum.GetValues<Rare>().Length];

    public long Turns { get; set; }
    public long EntityTurns { get; set; }
    public long Operations { get; set; }
    public long Commits { get; set; }
    public long Instances { get; set; }
    public long Requests { get; set; }
    public long Activities { get; set; }
    public long Faults { get; set; }
    public long Steps { get; set; }

    /// <summary>Of the run that had the fewest.</summary>
    public long FewestTurns { get; private set; } = long.MaxValue;

    /// <summary>Of the run that had the fewest.</summary>
    public long FewestFaults { get; private set; } = long.MaxValue;

    public long this[Rare rare] => _rare[(int)rare];

    public void Add(Rare rare) => _rare[(int)rare]++;

    public void Add(Counters other)
    {
        Turns += other.Turns;
        EntityTurns += other.EntityTurns;
        Operations += other.Operations;
        Commits += other.Commits;
        Instances += other.Instances;
        Requests += other.Requests;
        Activities += other.Activities;
        Faults += other.Faults;
        Steps += other.Steps;
        FewestTurns = Math.Min(FewestTurns, other.Turns);
        FewestFaults = Math.Min(FewestFaults, other.Faults);
        for (int i = 0; i < _rare.Length; i++)
            _rare[i] += other._rare[i];
    }
}
