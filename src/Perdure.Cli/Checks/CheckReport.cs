using System.Globalization;
using System.Text.Json;
using Perdure.Core.Checks;

namespace Perdure.Cli.Checks;

/// <summary>Gathers verdicts, bounded however many there are, and tells people or machines about them.</summary>
internal sealed class CheckReport(Terminal terminal, bool isJson, TextWriter? output)
{
    private const int IdsMax = 5;
    private const int GroupsMax = 200;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<(string Name, string? Version), (long Checked, long Bad)> _orchestrators = [];
    private readonly Dictionary<(string Name, string? Version, CheckOutcome Outcome, string Reason), Group> _groups =
        [];
    private long _last = terminal.Time.GetTimestamp();
    private CheckBegin? _begin;
    private long _checked;
    private long _bad;
    private long _parked;

    public bool IsGood => _bad == 0;

    public void Begin(CheckBegin begin) => _begin = begin;

    public void Add(CheckVerdict verdict)
    {
        _checked++;
        (string, string?) code = (verdict.Orchestrator, verdict.Version);
        (long count, long bad) = _orchestrators.GetValueOrDefault(code);
        _orchestrators[code] = (count + 1, bad + (verdict.IsGood ? 0 : 1));
        output?.WriteLine(CheckText.Write(verdict));
        if (verdict.Outcome == CheckOutcome.WouldGoOn)
            _parked++;
        if (!verdict.IsGood)
        {
            _bad++;
            if (isJson)
                terminal.Output.WriteLine(CheckText.Write(verdict));
            else
                AddToGroup(verdict);
        }
        Progress();
    }

    public void End()
    {
        if (isJson)
            WriteJson();
        else
            WriteText();
    }

    private void AddToGroup(CheckVerdict verdict)
    {
        var key = (verdict.Orchestrator, verdict.Version, verdict.Outcome, verdict.Reason ?? "");
        if (!_groups.ContainsKey(key) && _groups.Count >= GroupsMax)
            key = (verdict.Orchestrator, verdict.Version, verdict.Outcome, "other reasons; --output has them all");
        if (!_groups.TryGetValue(key, out Group? group))
            _groups.Add(key, group = new Group());
        group.Count++;
        if (group.First.Count < IdsMax)
            group.First.Add(verdict);
    }

    /// <summary>At most a line each second; a small hub is checked without any.</summary>
    private void Progress()
    {
        if (terminal.Time.GetElapsedTime(_last) < s_pause)
            return;
        _last = terminal.Time.GetTimestamp();
        terminal.Error.WriteLine(Text($"{_checked:N0} of {_begin?.Total ?? 0:N0} checked, {_bad:N0} would break"));
    }

    private void WriteText()
    {
        string place = _begin?.Place ?? "";
        if (_checked == 0)
        {
            terminal.Output.WriteLine($"Nothing to check: no instance that was asked for is in {place}.");
            return;
        }
        terminal.Output.WriteLine(Text(
            $"Checked {_checked:N0} instances in {place}: {_checked - _bad:N0} fit, {_bad:N0} would break."));
        if (_parked > 0)
            terminal.Output.WriteLine(Text($"{_parked:N0} of those that fit are parked: resumed, they would go on."));
        foreach (((string name, string? version), (long count, long bad)) in _orchestrators)
        {
            terminal.Output.WriteLine(Text($"{Code(name, version)}: {bad:N0} of {count:N0} would break"));
            foreach (var (key, group) in _groups
                .Where(g => g.Key.Name == name && g.Key.Version == version).OrderByDescending(g => g.Value.Count))
            {
                terminal.Output.WriteLine(Text($"  {group.Count:N0} {Word(key.Outcome)}: {key.Reason}"));
                string more = group.Count > group.First.Count ? ", …" : "";
                terminal.Output.WriteLine($"    {string.Join(", ", group.First.Select(Where))}{more}");
            }
        }
    }

    private void WriteJson()
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("summary");
            writer.WriteString("perdure", _begin?.Perdure);
            writer.WriteString("place", _begin?.Place);
            writer.WriteNumber("checked", _checked);
            writer.WriteNumber("broken", _bad);
            writer.WriteNumber("wouldGoOn", _parked);
            writer.WriteStartArray("orchestrators");
            foreach (((string name, string? version), (long count, long bad)) in _orchestrators)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                if (version is not null)
                    writer.WriteString("version", version);
                writer.WriteNumber("checked", count);
                writer.WriteNumber("broken", bad);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        terminal.Output.WriteLine(System.Text.Encoding.UTF8.GetString(json.ToArray()));
    }

    private static string Where(CheckVerdict verdict) => (verdict.Turn, verdict.Position) switch
    {
        (null, _) => $"'{verdict.InstanceId}'",
        ({ } turn, null) => $"'{verdict.InstanceId}' (turn {turn})",
        ({ } turn, { } position) => $"'{verdict.InstanceId}' (turn {turn}, position {position})",
    };

    private static string Code(string name, string? version) =>
        version is null ? name : $"{name} version {version}";

    private static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Breaks => "would break",
        CheckOutcome.NoCode => "have no code",
        CheckOutcome.WaitsInVain => "would wait in vain",
        CheckOutcome.Hangs => "would hang",
        CheckOutcome.Damaged => "are damaged",
        _ => outcome.ToString(),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Group
    {
        public long Count { get; set; }

        public List<CheckVerdict> First { get; } = [];
    }
}
