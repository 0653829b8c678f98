namespace Perdure.Torture.Journals;

/// <summary>
/// The journals of one sort in a folder, file after file by name: processes that live at the same time have one each.
/// </summary>
internal sealed class JournalFiles(string pattern)
{
    private readonly Dictionary<string, long> _offsets = [];

    /// <summary>The lines that have been written since the last time.</summary>
    public IEnumerable<string[]> ReadOn(string folder)
    {
        foreach (string path in Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal))
        {
            long offset = _offsets.GetValueOrDefault(path);
            List<string[]> lines = Journal.Read(path, ref offset);
            _offsets[path] = offset;
            foreach (string[] line in lines)
                yield return line;
        }
    }
}
