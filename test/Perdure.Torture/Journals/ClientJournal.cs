namespace Perdure.Torture.Journals;

/// <summary>
/// What a client asked (<c>I run request id [number]</c>) and what was acknowledged (<c>A …</c>, written after the
/// answer). <c>X run text</c> is something that a client saw and that must not be.
/// </summary>
internal interface IClientJournal
{
    void Asks(string request, string id, string? number = null);

    void Acknowledged(string request, string id, string? number = null);

    void Saw(string problem);
}

/// <summary>The journal in a file, which survives the death of its writer.</summary>
internal sealed class ClientJournal(string path, int run) : IClientJournal, IDisposable
{
    private readonly Journal _journal = new(path);

    public void Asks(string request, string id, string? number = null) => Write("I", request, id, number);

    public void Acknowledged(string request, string id, string? number = null) => Write("A", request, id, number);

    public void Saw(string problem) => _journal.Append($"X {run} {problem}");

    public void Dispose() => _journal.Dispose();

    private void Write(string kind, string request, string id, string? number) =>
        _journal.Append(number is null ? $"{kind} {run} {request} {id}" : $"{kind} {run} {request} {id} {number}");
}
