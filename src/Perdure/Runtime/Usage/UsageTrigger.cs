namespace Perdure.Runtime.Usage;

/// <summary>What makes a function run; in lower case that is how usage names it.</summary>
internal enum UsageTrigger
{
    Activity,
    Entity,
    Http,
    Orchestration,
    Queue,
    Stream,
    Timer,
}
