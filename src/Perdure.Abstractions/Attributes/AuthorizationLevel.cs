namespace Perdure;

#pragma warning disable CA1720 // Names and numbers are those of Azure Functions.
/// <summary>
/// Who may call a function over HTTP. Names and numbers are those of Azure Functions. As long as neither keys nor
/// tokens are set up, only this machine is served, and nobody is asked.
/// </summary>
public enum AuthorizationLevel
{
    /// <summary>Everybody.</summary>
    Anonymous = 0,

    /// <summary>Whoever is signed in, or has a key that <see cref="Function"/> takes.</summary>
    User = 1,

    /// <summary>Whoever has a key of this function, or a key of the host to operate or administer it.</summary>
    Function = 2,

    /// <summary>Whoever has a key of the host to operate or administer it.</summary>
    System = 3,

    /// <summary>Whoever has a key to administer the host.</summary>
    Admin = 4,
}
