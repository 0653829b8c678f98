using Perdure.Torture.Judging;

namespace Perdure.Torture.Nodes;

/// <summary>The hub on a server whose nodes stand still for the moment of the snapshot.</summary>
/// <param name="connectionString">Past all proxies.</param>
/// <param name="taken">The snapshot stands: they may go on.</param>
internal sealed class ServerEvidence(string connectionString, Action taken) : Evidence
{
    public override bool IsShared => true;

    public override SqlReader Open(bool whole, Findings findings)
    {
        SqlServer server = new(connectionString);
        taken();
        return server;
    }
}
