using Perdure.Core.Circuits;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Functions.Triggers;
using Perdure.Runtime;
using Perdure.Runtime.Circuits;

namespace Perdure.Clients;

/// <summary>
/// Circuits for people. A command is an operation of the entity that the circuit is; what became of it is read there.
/// </summary>
internal sealed class CircuitClient(Node node, CircuitOptions options) : ICircuitClient
{
    private const int PageSize = 500;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_look = TimeSpan.FromMilliseconds(20);

    public async Task<IReadOnlyList<Circuit>> ListAsync(CancellationToken cancellationToken = default)
    {
        SortedDictionary<string, Circuit> found = new(StringComparer.Ordinal);
        foreach (string name in Known)
            found[name] = View(name, new CircuitState { Rules = CircuitBindings.RulesOf(name, options) });
        EntityRowQuery query = new() { Name = CircuitIds.EntityName, WithState = true, PageSize = PageSize };
        while (true)
        {
            EntityPage page = await node.OpenStore.QueryEntitiesAsync(query, cancellationToken);
            foreach (EntityRow row in page.Entities)
                found[row.Key] = View(row.Key, CircuitJson.State(row.State));
            if (page.Continuation is null)
                return [.. found.Values];
            query = query with { After = page.Continuation };
        }
    }

    public async Task<Circuit?> GetAsync(string name, CancellationToken cancellationToken = default) =>
        await FindAsync(name, cancellationToken) is { } state ? View(name, state) : null;

    public Task<Circuit> OpenAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        SetAsync(name, CircuitStatus.Open, by, reason, cancellationToken);

    public Task<Circuit> ResumeAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        SetAsync(name, CircuitStatus.Closed, by, reason, cancellationToken);

    public Task<Circuit> ProbeAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        SetAsync(name, CircuitStatus.HalfOpen, by, reason, cancellationToken);

    public Task<Circuit> IsolateAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        SetAsync(name, CircuitStatus.Isolated, by, reason, cancellationToken);

    public Task<Circuit> MonitorAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        SetAsync(name, CircuitStatus.Monitor, by, reason, cancellationToken);

    public async Task<Circuit> ReadLinkAsync(string token, CancellationToken cancellationToken = default)
    {
        (string name, long epoch) = ReadLink(token);
        CircuitState state = await FindAsync(name, cancellationToken) ?? new CircuitState();
        return state.Status == CircuitStatus.Open && state.Epoch == epoch
            ? View(name, state)
            : throw new InvalidOperationException(
                $"The link is for opening {epoch} of the circuit '{name}', which is over: it has opened {state.Epoch} "
                + $"times, and is {state.Status}.");
    }

    public Task<Circuit> FollowLinkAsync(
        string token, string? by = null, CancellationToken cancellationToken = default)
    {
        (string name, long epoch) = ReadLink(token);
        return SendAsync(
            name, new CircuitCommand(node.Ids.NewId(), CircuitStatus.HalfOpen, by, "The restart link was followed.")
            {
                Epoch = epoch,
                Rules = CircuitBindings.RulesOf(name, options),
            }, cancellationToken);
    }

    private IEnumerable<string> Known => node.Functions.Queues.SelectMany(f => f.Circuits)
        .Concat(node.Functions.Streams.SelectMany(f => f.Circuits))
        .Concat(node.Functions.Timers.SelectMany(f => f.Circuits)).Select(c => c.Name).Distinct();

    private (string Name, long Epoch) ReadLink(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return CircuitLink.Read(node.Secret, token, node.Now, out string problem)
            ?? throw new ArgumentException($"The restart link cannot be used: {problem}.");
    }

    /// <summary>Null when there is none.</summary>
    private async Task<CircuitState?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        EntityRow? row = await node.OpenStore.ReadEntityAsync(CircuitIds.Of(name), cancellationToken);
        return row is { State.IsNone: false } ? CircuitJson.State(row.State)
            : Known.Contains(name) ? new CircuitState { Rules = CircuitBindings.RulesOf(name, options) }
            : null;
    }

    private async Task<Circuit> SetAsync(
        string name, CircuitStatus to, string? by, string? reason, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken) is null)
        {
            string[] known = [.. Known.Order(StringComparer.Ordinal)];
            string list = known.Length == 0 ? "There is none at all." : $"Known: {string.Join(", ", known)}.";
            throw new ArgumentException($"There is no circuit '{name}'. {list}");
        }
        ClientText.Check(by, "name of who does it", ClientText.NoteMax);
        ClientText.Check(reason, "reason", ClientText.NoteMax);
        return await SendAsync(
            name, new CircuitCommand(node.Ids.NewId(), to, by, reason)
            {
                Rules = CircuitBindings.RulesOf(name, options),
            }, cancellationToken);
    }

    private async Task<Circuit> SendAsync(
        string name, CircuitCommand command, CancellationToken cancellationToken)
    {
        if (node.IsStopping)
            throw Node.Stopping();
        string id = CircuitIds.Of(name);
        Request request = new();
        node.PartitionOf(id).Submit(
            id, new Message.Operation(CircuitOperations.Command, CircuitJson.Write(command)) { Ticket = request });
        await request.Outcome.WaitHereAsync(cancellationToken);
        long began = node.Time.GetTimestamp();
        while (true)
        {
            EntityRow? row = await node.OpenStore.ReadEntityAsync(id, cancellationToken);
            CircuitState state = row is null ? new CircuitState() : CircuitJson.State(row.State);
            if (state.Answers.FirstOrDefault(a => a.Command == command.Id) is { } answer)
            {
                return answer.Refusal is null
                    ? View(name, state)
                    : throw new InvalidOperationException($"The circuit '{name}' stays as it is: {answer.Refusal}.");
            }
            if (node.Time.GetElapsedTime(began) > s_patience)
                throw new TimeoutException(
                    $"The command for the circuit '{name}' is stored and not followed yet. Look at the circuit later.");
            await Task.Delay(s_look, node.Time, cancellationToken);
        }
    }

    private Circuit View(string name, CircuitState state) => new()
    {
        Name = name,
        Status = state.Status,
        Epoch = state.Epoch,
        Since = TimeOf(state.Since),
        Reason = state.Reason,
        By = state.By,
        Failures = state.CountAt(node.Now),
        Threshold = state.Rules.Failures,
        Window = TimeSpan.FromMilliseconds(state.Rules.Window),
        NextProbe = TimeOf(state.ProbeAt),
        IsRecovering = state.IsRecovering,
        Causes = [.. state.Causes.Select(c => new CircuitFailureGroup(c.Function, c.Fingerprint, c.Error, c.Count))],
        History =
        [
            .. state.Changes.Reverse().Select(c => new CircuitTransition(
                DateTimeOffset.FromUnixTimeMilliseconds(c.At), c.From, c.To, c.Epoch, c.By, c.Reason)),
        ],
    };

    private static DateTimeOffset? TimeOf(long at) => at == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(at);
}
