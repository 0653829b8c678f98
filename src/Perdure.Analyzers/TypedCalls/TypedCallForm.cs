namespace Perdure.Analyzers.TypedCalls;

/// <summary>What a generated method does.</summary>
internal enum TypedCallForm
{
    /// <summary>Runs an activity.</summary>
    Activity,

    /// <summary>Runs an orchestration as a child.</summary>
    SubOrchestration,

    /// <summary>Starts an orchestration from a client.</summary>
    Start,
}
