using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Sqlite.Reads;

namespace Perdure.Sqlite.Commits;

/// <summary>What runs have used.</summary>
internal sealed partial class BatchRows
{
    private CommitResult? AddUsage(Batch batch)
    {
        foreach (UsageRow row in UsageRow.Of(batch.Turns))
            UsageRows.Add(connection, row);
        return null;
    }
}
