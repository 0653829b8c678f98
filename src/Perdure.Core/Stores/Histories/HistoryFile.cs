using System.Text;

namespace Perdure.Core.Stores.Histories;

/// <summary>The words of a file of a history, and its name. <c>docs/replay-check.md</c> describes the format.</summary>
internal static class HistoryFile
{
    public const int NewestFormat = 1;

    public const string Extension = ".json";

    public const string Format = "format", Id = "id", Name = "name", Version = "version", Status = "status",
        Held = "held", Generation = "generation", Parent = "parent", Created = "created", Ended = "ended",
        CustomStatus = "customStatus", Turns = "turns", Number = "number", Part = "part", At = "at", Events = "events";

    /// <summary>Names of files may be no longer, with what is added.</summary>
    private const int NameMax = 120;

    /// <summary>
    /// A name that every file system takes and that no other instance gets. Ids that are such names already are taken
    /// as they are; every other one is made safe and gets a check sum, because two ids may become the same.
    /// </summary>
    public static string NameOf(string instanceId)
    {
        StringBuilder safe = new();
        foreach (char c in instanceId.Take(NameMax))
            safe.Append(c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '_' ? c : '_');
        bool isSafe = safe.Length > 0 && instanceId.Length <= NameMax && safe.Equals(instanceId);
        return isSafe
            ? instanceId + Extension
            : $"{safe}.{CheckSum(instanceId):x16}{Extension}";
    }

    /// <summary>FNV-1a, 64 bits.</summary>
    private static ulong CheckSum(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 1099511628211;
        return hash;
    }
}
