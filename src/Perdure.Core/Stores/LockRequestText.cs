using System.Globalization;
using Perdure.Core.Identity;

namespace Perdure.Core.Stores;

/// <summary>How the row of an entity names the request that got its lock.</summary>
internal static class LockRequestText
{
    public static string Of(TaskKey request) =>
        string.Create(CultureInfo.InvariantCulture, $"{request.Key}.{request.Generation}.{request.Task}");

    /// <exception cref="FormatException">The text is none.</exception>
    public static TaskKey Read(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long key)
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int generation)
            && int.TryParse(parts[2], CultureInfo.InvariantCulture, out int task)
            ? new(key, generation, task)
            : throw new FormatException($"The lock request '{text}' of an entity is not key.generation.task.");
    }
}
