using Perdure.Torture.Judging;

namespace Perdure.Torture.FanOut;

/// <summary>What can be known of the moment in which a node was killed.</summary>
/// <param name="Process">The number of the process.</param>
/// <param name="Ended">How many activities had ended by then, in all processes.</param>
/// <param name="Durable">
/// The receipts of all results that the store has: in the history of the instance, or as a message to it.
/// </param>
internal sealed record Death(int Process, int Ended, HashSet<string> Durable)
{
    /// <summary>
    /// Only when the server has ended the sessions of the dead node: a commit that had reached it counts.
    /// </summary>
    public static Death Of(int process, int ended, string id, string connectionString)
    {
        using SqlServer server = new(connectionString);
        Tables tables = new(server);
        InstanceLine instance = tables.Instances.Single(i => i.Id == id);
        Fold fold = new(instance, tables.History(instance));
        return new Death(
            process, ended,
            [
                .. fold.Resolved.Select(r => Fold.Text(r.Resolution, "result")!),
                .. tables.Messages.Where(m => m.Target == id && m.Kind == MessageLine.TaskDone)
                    .Select(m => Fold.Text(m.Body[^1], "result")!),
            ]);
    }
}
