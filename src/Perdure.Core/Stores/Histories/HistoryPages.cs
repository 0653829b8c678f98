namespace Perdure.Core.Stores.Histories;

/// <summary>How much is read at once, in one snapshot.</summary>
internal static class HistoryPages
{
    public const int InstancesMax = 256;

    /// <summary>A page ends behind the instance with which it gets heavier than this.</summary>
    public const long BytesMax = 4 * 1024 * 1024;
}
