using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>Turns of one instance that meet in a batch.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Updates_of_one_instance_in_a_batch_are_applied_one_after_the_other()
    {
        InstanceRow row = _node.Instance("twice", 1) with { Owed = true };
        await _node.MustCommitAsync(Node.Insert(row));
        await _node.MustCommitAsync(
            Update(new(1, row.Key) { Owed = false, Status = InstanceStatus.Completed, Ended = 5 }),
            Update(
                new(1, row.Key) { Status = InstanceStatus.Running, Reopened = true, CustomStatus = Payload.Of("1") }),
            Update(new(1, row.Key) { Held = Held.Suspended, CustomStatus = Payload.None }));
        InstanceRow expected = row with
        {
            Owed = false,
            Status = InstanceStatus.Running,
            Held = Held.Suspended,
        };
        (await _node.Store.ReadInstanceAsync("twice", default)).ShouldBe(expected);
        await _node.MustCommitAsync(
            Update(new(1, row.Key) { Reopened = true }),
            Update(new(1, row.Key) { Status = InstanceStatus.Failed, Ended = 7 }));
        (await _node.Store.ReadInstanceAsync("twice", default)).ShouldBe(
            expected with { Status = InstanceStatus.Failed, Ended = 7 });

        static TurnRows Update(InstanceUpdate update) => new() { Partition = 1, UpdateInstance = update };
    }
}
