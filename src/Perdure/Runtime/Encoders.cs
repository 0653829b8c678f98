using System.Collections.Concurrent;
using Perdure.Core.Orchestrations;

namespace Perdure.Runtime;

/// <summary>
/// Encoders that are not in use. The buffer of a turn lives until its commit, so there are as many as a batch is wide.
/// </summary>
internal static class Encoders
{
    private const int KeptMax = 4096;
    private const int CapacityMax = 64 * 1024;

    private static readonly ConcurrentBag<TurnEncoder> Free = [];

    public static TurnEncoder Rent() => Free.TryTake(out TurnEncoder? encoder) ? encoder : new TurnEncoder();

    public static void Return(TurnEncoder? encoder)
    {
        if (encoder is { Capacity: <= CapacityMax } && Free.Count < KeptMax)
            Free.Add(encoder);
        else
            encoder?.Dispose();
    }
}
