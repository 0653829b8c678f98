namespace Perdure.Torture.FanOut;

/// <summary>One run of an activity, as it wrote down itself.</summary>
/// <param name="Process">The number of the process that ran it.</param>
/// <param name="Receipt">The number of the run; its result, if it ended well.</param>
internal sealed record EffectRun(int Process, string Receipt)
{
    public bool HasEnded { get; set; }
}
