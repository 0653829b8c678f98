namespace Perdure.Cli;

/// <summary>What a command ends with; scripts rely on the numbers.</summary>
internal enum ExitCode
{
    /// <summary>Done; or, of a question, yes.</summary>
    Done = 0,

    /// <summary>Refused or failed, with nothing changed; or, of a question, no.</summary>
    No = 1,

    /// <summary>The question or the command could not be understood or asked.</summary>
    Wrong = 2,

    /// <summary>Nobody knows whether the last step was done; the text says how to find out.</summary>
    Unknown = 3,

    /// <summary>Cancelled by Ctrl+C or SIGTERM, with nothing changed.</summary>
    Cancelled = 130,
}
