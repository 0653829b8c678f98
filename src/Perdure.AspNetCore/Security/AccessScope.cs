namespace Perdure.AspNetCore.Security;

/// <summary>What a caller may do. Each scope includes those before it.</summary>
internal enum AccessScope
{
    /// <summary>Look: status, lists, histories, entities.</summary>
    Read,

    /// <summary>Start, raise events, end, suspend, resume, rewind, restart; call functions.</summary>
    Operate,

    /// <summary>Delete, and what concerns the host as a whole.</summary>
    Admin,
}
