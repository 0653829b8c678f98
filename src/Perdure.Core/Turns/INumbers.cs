namespace Perdure.Core.Turns;

/// <summary>Numbers that the shell draws for the core: never the same twice.</summary>
internal interface INumbers
{
    /// <summary>The key of a new instance, unique in the hub.</summary>
    long DrawKey();

    /// <summary>The number of a timer row, unique in the partition and above zero.</summary>
    long DrawTimerNumber(int partition);
}
