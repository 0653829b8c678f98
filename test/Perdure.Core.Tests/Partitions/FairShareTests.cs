using Perdure.Core.Partitions;

namespace Perdure.Core.Tests.Partitions;

/// <summary>
/// Nodes that decide each by itself, on what they have read, come to shares that differ by one at most.
/// </summary>
public class FairShareTests
{
    private const long Now = 1_000;

    [Fact]
    public void The_first_node_takes_everything()
    {
        ShareDecision decision = FairShare.Decide(View(8, [7], new long[8]), 7);

        decision.Take.Select(p => p.Partition).ShouldBe(Enumerable.Range(0, 8));
        decision.Release.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_taken_from_a_node_that_lives_and_what_it_has_too_much_of_it_gives_back()
    {
        ClusterView view = View(8, [1, 2], [1, 1, 1, 1, 1, 1, 1, 1]);

        FairShare.Decide(view, 2).ShouldSatisfyAllConditions(
            d => d.Take.ShouldBeEmpty(), d => d.Release.ShouldBeEmpty());
        FairShare.Decide(view, 1).Release.Select(p => p.Partition).ShouldBe([4, 5, 6, 7]);
    }

    [Fact]
    public void A_partition_of_a_node_whose_lease_has_run_out_is_free()
    {
        ClusterView view = View(4, [2], [1, 1, 2, 2]) with
        {
            Nodes = [new(1, Now, Runs: true, []), new(2, Now + 1, Runs: true, [])],
        };

        FairShare.Decide(view, 2).Take.Select(p => p.Partition).ShouldBe([0, 1]);
    }

    [Fact]
    public void A_node_without_functions_owns_nothing_and_gives_back_what_it_has()
    {
        ClusterView view = View(4, [1], [2, 2, 1, 1]) with
        {
            Nodes = [new(1, Now + 1, Runs: true, []), new(2, Now + 1, Runs: false, [])],
        };

        FairShare.Decide(view, 2).ShouldSatisfyAllConditions(
            d => d.Take.ShouldBeEmpty(), d => d.Release.Select(p => p.Partition).ShouldBe([0, 1]));
        FairShare.Decide(view, 1).Take.ShouldBeEmpty("it has not been given back");
    }

    [Fact]
    public void Whatever_comes_and_goes_the_shares_become_fair_and_stay_as_they_are()
    {
        for (int seed = 1; seed <= 2_000; seed++)
            new Cluster(seed).Live();
    }

    private static ClusterView View(int count, long[] nodes, long[] owners) => new(
        Now,
        [.. nodes.Select(n => new NodeLease(n, Now + 1, Runs: true, []))],
        [.. Enumerable.Range(0, count).Select(p => new PartitionLease(p, owners[p], 1))]);

    /// <summary>Nodes join, leave, die and decide, in any order.</summary>
    private sealed class Cluster(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<long> _nodes = [];
        private long[] _owners = [];
        private long _lastNode;

        public void Live()
        {
            _owners = new long[_random.Next(1, 40)];
            for (int step = 0; step < 6; step++)
            {
                int change = _random.Next(4);
                if (change == 0 && _nodes.Count > 1)
                    _nodes.RemoveAt(_random.Next(_nodes.Count));
                else
                    _nodes.Add(++_lastNode);
                if (_random.Next(2) == 0)
                    Decide(_nodes[_random.Next(_nodes.Count)]);
            }
            // Each twice: what the first ones give back, the others take.
            int moved = Round() + Round();
            Round().ShouldBe(0, $"seed {seed}: it goes on after {moved} moves");
            int[] shares = [.. _nodes.Select(n => _owners.Count(o => o == n))];
            shares.Sum().ShouldBe(_owners.Length, $"seed {seed}");
            (shares.Max() - shares.Min()).ShouldBeLessThanOrEqualTo(1, $"seed {seed}");
        }

        private int Round()
        {
            long[] order = [.. _nodes];
            _random.Shuffle(order);
            return order.Sum(Decide);
        }

        private int Decide(long node)
        {
            ShareDecision decision = FairShare.Decide(View(_owners.Length, [.. _nodes], _owners), node);
            decision.Take.Any(p => _nodes.Contains(_owners[p.Partition])).ShouldBeFalse($"seed {seed}");
            decision.Release.Any(p => _owners[p.Partition] != node).ShouldBeFalse($"seed {seed}");
            foreach (PartitionLease taken in decision.Take)
                _owners[taken.Partition] = node;
            foreach (PartitionLease released in decision.Release)
                _owners[released.Partition] = 0;
            return decision.Take.Count + decision.Release.Count;
        }
    }
}
