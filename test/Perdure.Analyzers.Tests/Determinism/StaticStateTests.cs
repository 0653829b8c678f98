using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.Determinism;

public sealed class StaticStateTests
{
    private const string Members = """
        private static int s_count;
        private static int Current { get; set; }
        private static readonly List<int> s_list = [];
        private static readonly Dictionary<string, int> s_map = [];
        private static readonly int[] s_array = [1];
        private static readonly Order s_order = new();
        private static List<int> All { get; } = [];
        private const int Most = 3;
        private int _own;
        private static int Computed => Most;
        private class Order { public int Number { get; set; } }
        """;

    [Theory]
    [InlineData("var a = [|s_count|];")]
    [InlineData("[|s_count|] = 2;")]
    [InlineData("[|s_count|]++;")]
    [InlineData("Interlocked.Increment(ref [|s_count|]);")]
    [InlineData("var a = [|Current|];")]
    [InlineData("[|s_list.Add(1)|];")]
    [InlineData("[|All.Clear()|];")]
    [InlineData("[|s_map[\"a\"]|] = 1;")]
    [InlineData("[|s_array[0]|] = 1;")]
    public Task What_changes_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0108", statements, Members + Unused);

    [Theory]
    [InlineData("var a = s_list.Count + s_array[0] + Most + Computed + s_map[\"a\"] + All.Count;")]
    [InlineData("_own = 2; var a = string.Empty + DayOfWeek.Friday;")]
    [InlineData("List<int> a = []; a.Add(1); var b = System.Collections.Immutable.ImmutableList<int>.Empty.Add(1);")]
    public Task What_stays_is_not(string statements) => Check.InOrchestrator("", statements, Members + Unused);

    private const string Unused = """
        public static int Use() => s_count + Current + s_list.Count + s_order.Number;
        """;
}
