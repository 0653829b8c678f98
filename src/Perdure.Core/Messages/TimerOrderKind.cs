namespace Perdure.Core.Messages;

/// <summary>What a timer can be told to do.</summary>
internal enum TimerOrderKind
{
    Pause,
    Resume,

    /// <summary>An occurrence is to run now.</summary>
    Run,

    /// <summary>One that was put aside is to run again, also when another one runs.</summary>
    RunAgain,
}
