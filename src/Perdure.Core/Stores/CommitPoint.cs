namespace Perdure.Core.Stores;

/// <summary>The moments of a commit at which a test can make it fail.</summary>
internal enum CommitPoint
{
    /// <summary>The transaction holds all rows.</summary>
    BeforeCommit,

    /// <summary>The transaction is durable, but nobody has been told.</summary>
    AfterCommit,
}
