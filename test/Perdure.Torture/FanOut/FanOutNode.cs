using Perdure.Torture.Nodes;

namespace Perdure.Torture.FanOut;

/// <summary>A place, and which node of the hub the process in it is.</summary>
internal sealed class FanOutNode(NodeSlot slot, TortureServer server)
{
    public NodeSlot Slot => slot;

    /// <summary>By which the hub knows it.</summary>
    public long Number { get; private set; }

    /// <summary>One after the other: the number of who came last is the largest.</summary>
    public async Task StartAsync()
    {
        await slot.StartAsync();
        Number = (long)(await server.AskAsync("select max(node) from nodes"))!;
    }
}
