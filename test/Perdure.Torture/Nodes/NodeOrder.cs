using System.Globalization;

namespace Perdure.Torture.Nodes;

/// <summary>What a node is told when it is started.</summary>
internal sealed record NodeOrder(
    string ConnectionString, string Journals, int Slot, int Slots, int Run, int Seed, TimeSpan Lease, NodeWork Work,
    string? Build)
{
    public const string Command = "node";

    public string Client => Path.Combine(Journals, $"client-{Run:00000}.log");
    public string Effects => Path.Combine(Journals, $"effects-{Run:00000}.log");
    public string Log => Path.Combine(Journals, $"node-{Run:00000}.log");

    public static NodeOrder Of(string[] arguments) => new(
        arguments[1], arguments[2], Number(arguments[3]), Number(arguments[4]), Number(arguments[5]),
        Number(arguments[6]), TimeSpan.FromMilliseconds(Number(arguments[7])), Enum.Parse<NodeWork>(arguments[8]),
        arguments.Length > 9 ? arguments[9] : null);

    public string[] ToArguments() =>
    [
        Command, ConnectionString, Journals, Text(Slot), Text(Slots), Text(Run), Text(Seed),
        Text((int)Lease.TotalMilliseconds), Work.ToString(), .. Build is null ? (string[])[] : [Build],
    ];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
