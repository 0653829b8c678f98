namespace Perdure.Analyzers.Functions;

/// <summary>What a function is, as its trigger says.</summary>
internal enum FunctionKind
{
    /// <summary>Has <c>[OrchestrationTrigger]</c>.</summary>
    Orchestrator,

    /// <summary>Has <c>[ActivityTrigger]</c>.</summary>
    Activity,

    /// <summary>Has <c>[EntityTrigger]</c>.</summary>
    Entity,

    /// <summary>Has any other trigger.</summary>
    Triggered,
}
