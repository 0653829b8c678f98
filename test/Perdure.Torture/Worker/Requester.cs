using System.Collections.Concurrent;
using Perdure.Torture.Journals;

namespace Perdure.Torture.Worker;

/// <summary>What became of a request, as its client saw it.</summary>
internal enum Answer
{
    Acknowledged,
    Refused,
    Unknown,

    /// <summary>The store was away.</summary>
    Trouble,

    None,
}

/// <summary>
/// Puts requests and writes them down: before they are put, and after they are acknowledged. It reports on the spot
/// what no client should ever see: silence, and an acknowledged instance that is not there.
/// </summary>
internal sealed class Requester(
    IDurableClient client, IClientJournal journal, TimeSpan answerWithin, Share share)
{
    private readonly ConcurrentDictionary<string, bool> _started = [];
    private readonly ConcurrentDictionary<string, bool> _purged = [];

    public IDurableClient Client => client;

    public void Remember(ClientRecord past)
    {
        foreach (string id in past.Started)
            _started[id] = true;
        foreach (string id in past.AskedPurges)
            _purged[id] = true;
    }

    public async Task<Answer> StartAsync(string id, object? input, DateTimeOffset? startAt)
    {
        Answer answer = await AskAsync(Requests.Start, id, null, () => client.StartNewAsync(
            Workload.Kinds.Of(id), new StartOptions { InstanceId = id, StartAt = startAt }, input));
        if (answer == Answer.Acknowledged)
            _started[id] = true;
        return answer;
    }

    public Task<Answer> RaiseAsync(string id, string number) =>
        AskAsync(Requests.Raise, id, number, () => client.RaiseEventAsync(id, Workload.Kinds.Event, number));

    public Task<Answer> TerminateAsync(string id) =>
        AskAsync(Requests.Terminate, id, null, () => client.TerminateAsync(id, "doomed"));

    public Task<Answer> SuspendAsync(string id) =>
        AskAsync(Requests.Suspend, id, null, () => client.SuspendAsync(id, "a moment"));

    public Task<Answer> ResumeAsync(string id) =>
        AskAsync(Requests.Resume, id, null, () => client.ResumeAsync(id, "go on"));

    public Task<Answer> PurgeAsync(string id)
    {
        _purged[id] = true;
        return AskAsync(Requests.Purge, id, null, () => client.PurgeInstanceHistoryAsync(id));
    }

    public Task<Answer> SignalAsync(EntityId id, string operation) =>
        AskAsync(Requests.Signal, id.ToString(), null, () => client.SignalEntityAsync(id, operation));

    private async Task<Answer> AskAsync(string request, string id, string? number, Func<Task> ask)
    {
        journal.Asks(request, id, number);
        try
        {
            await ask().WaitAsync(answerWithin);
            journal.Acknowledged(request, id, number);
            return Answer.Acknowledged;
        }
        catch (TimeoutException)
        {
            journal.Saw($"no answer to {request} {id} {number} within {answerWithin}");
            return Answer.None;
        }
        catch (ArgumentException)
        {
            if (_started.ContainsKey(id) && !_purged.ContainsKey(id))
                journal.Saw($"{request} {id}: the acknowledged instance is not known");
            return Answer.Unknown;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return Answer.Refused;
        }
        catch (InvalidOperationException)
        {
            return Answer.Refused;
        }
        catch (Exception e) when (share.IsTrouble(e))
        {
            return Answer.Trouble;
        }
    }
}
