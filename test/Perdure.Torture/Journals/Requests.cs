namespace Perdure.Torture.Journals;

/// <summary>The names of requests in a client's journal.</summary>
internal static class Requests
{
    public const string Start = "start";
    public const string Raise = "raise";
    public const string Terminate = "terminate";
    public const string Suspend = "suspend";
    public const string Resume = "resume";
    public const string Purge = "purge";
    public const string Signal = "signal";
}

/// <summary>What a client's journal says, line after line.</summary>
internal sealed class ClientRecord
{
    private readonly JournalFiles _files = new("client*.log");

    public HashSet<string> AskedStarts { get; } = [];
    public HashSet<string> Started { get; } = [];
    public HashSet<string> Terminated { get; } = [];
    public HashSet<string> AskedTerminates { get; } = [];
    public HashSet<string> AskedPurges { get; } = [];
    public HashSet<string> Purged { get; } = [];

    /// <summary>Instance id to the numbers of its acknowledged events, in the order of the acknowledgements.</summary>
    public Dictionary<string, List<string>> Raised { get; } = [];

    /// <summary>How many signals an entity was sent, and of how many that was acknowledged.</summary>
    public Dictionary<string, (int Asked, int Acknowledged)> Signals { get; } = [];

    public List<string> Problems { get; } = [];
    public int Acknowledgements { get; private set; }

    /// <param name="folder">Every journal of a client in it is read on.</param>
    public void ReadOn(string folder)
    {
        foreach (string[] line in _files.ReadOn(folder))
            Take(line);
    }

    public void Take(string[] line)
    {
        switch (line)
        {
            case ["X", ..]: Problems.Add(string.Join(' ', line[1..])); break;
            case ["I", _, Requests.Start, var id]: AskedStarts.Add(id); break;
            case ["I", _, Requests.Terminate, var id]: AskedTerminates.Add(id); break;
            case ["I", _, Requests.Purge, var id]: AskedPurges.Add(id); break;
            case ["I", _, Requests.Signal, var id]: Signal(id, asked: 1, acknowledged: 0); break;
            case ["A", _, var request, var id, ..]:
                Acknowledgements++;
                Acknowledged(request, id, line);
                break;
        }
    }

    private void Acknowledged(string request, string id, string[] line)
    {
        switch (request)
        {
            case Requests.Start: Started.Add(id); break;
            case Requests.Terminate: Terminated.Add(id); break;
            case Requests.Purge: Purged.Add(id); break;
            case Requests.Signal: Signal(id, asked: 0, acknowledged: 1); break;
            case Requests.Raise:
                if (!Raised.TryGetValue(id, out List<string>? numbers))
                    Raised.Add(id, numbers = []);
                numbers.Add(line[4]);
                break;
        }
    }

    private void Signal(string id, int asked, int acknowledged)
    {
        (int Asked, int Acknowledged) so = Signals.GetValueOrDefault(id);
        Signals[id] = (so.Asked + asked, so.Acknowledged + acknowledged);
    }
}
