namespace Perdure;

/// <summary>What a caller of the HTTP API may do. Each scope includes those before it.</summary>
public enum AccessScope
{
    /// <summary>Look: status, lists, histories, entities.</summary>
    Read,

    /// <summary>
    /// Start, raise events, end, suspend, resume, rewind and restart orchestrations, signal entities, call functions.
    /// </summary>
    Operate,

    /// <summary>Delete, and what concerns the host as a whole.</summary>
    Admin,
}
