using System.Text;

namespace Perdure.Torture.Journals;

/// <summary>
/// Lines in a file, each written by one call and never buffered: what a killed process had written, it had written. A
/// line that the kill cut short is ended by the next process, and no reader takes it for a whole one.
/// </summary>
public sealed class Journal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;

    public Journal(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _file.Seek(0, SeekOrigin.End);
        if (_file.Length > 0)
            Append("# opened again");
    }

    /// <summary>The line begins with the end of the one before, so that a torn one never swallows a good one.</summary>
    public void Append(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"\n{line} .");
        lock (_gate)
            _file.Write(bytes);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// The whole lines from <paramref name="offset"/> on, split at blanks; moves the offset behind the last.
    /// </summary>
    public static List<string[]> Read(string path, ref long offset)
    {
        List<string[]> lines = [];
        if (!File.Exists(path))
            return lines;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(offset, SeekOrigin.Begin);
        byte[] bytes = new byte[file.Length - offset];
        file.ReadExactly(bytes);
        // One that is just being written is read from its beginning the next time.
        int last = bytes.AsSpan().LastIndexOf((byte)'\n');
        int whole = bytes.AsSpan().EndsWith(" ."u8) || last < 0 ? bytes.Length : last;
        offset += whole;
        foreach (string line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words.Length > 1 && words[^1] == "." && words[0] != "#")
                lines.Add(words[..^1]);
        }
        return lines;
    }
}
