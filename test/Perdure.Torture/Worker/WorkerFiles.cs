namespace Perdure.Torture.Worker;

/// <summary>Where a worker keeps what. The journals may lie elsewhere than the hub, whose disk may be full.</summary>
internal sealed record WorkerFiles(string Hub, string Journals)
{
    public string Database => Path.Combine(Hub, "hub.db");
    public string Client => Path.Combine(Journals, "client.log");
    public string Effects => Path.Combine(Journals, "effects.log");
}
