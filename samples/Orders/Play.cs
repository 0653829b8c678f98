using Perdure;

/// <summary>The play, and the proof at its end.</summary>
internal sealed class Play(IServiceProvider services, TextWriter stage)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Bank _bank = services.GetRequiredService<Bank>();
    private readonly Inbox _inbox = services.GetRequiredService<Inbox>();
    private readonly IDeadLetterClient _deadLetters = services.GetRequiredService<IDeadLetterClient>();
    private readonly IDurableClient _client = services.GetRequiredService<IDurableClient>();
    private readonly Generator _shop = new(services.GetRequiredService<IStreamClient>());

    public async Task<int> RunAsync()
    {
        using CancellationTokenSource stop = new(), late = new(s_patience);
        Task shop = _shop.RunAsync(stop.Token);
        await stage.WriteLineAsync("The shop sends a hundred orders a second; every hundredth is damaged.");
        await TellAsync(5);

        _bank.IsAway = true;
        await stage.WriteLineAsync("The bank goes away. Orders are tried three times and put aside ...");
        Notification opened = await _inbox.NextAsync("perdure.circuit.opened", late.Token);
        string link = opened.Data.GetProperty("restartUrl").GetString()!;
        await stage.WriteLineAsync($"Notification: {opened.Data.GetProperty("reason").GetString()}");
        await stage.WriteLineAsync($"  go on here: {link[..Math.Min(link.Length, 90)]}...");
        await stage.WriteLineAsync("The circuit is open: nothing runs, and what comes waits.");
        await TellAsync(3);

        _bank.IsAway = false;
        await stage.WriteLineAsync("The bank is back. Somebody opens the link, reads, and presses the button.");
        using HttpClient browser = new();
        (await browser.GetAsync(link, late.Token)).EnsureSuccessStatusCode();
        (await browser.PostAsync(link, null, late.Token)).EnsureSuccessStatusCode();
        HttpResponseMessage again = await browser.PostAsync(link, null, late.Token);
        await stage.WriteLineAsync($"Pressed twice it says {(int)again.StatusCode}: a link is for one opening.");
        await _inbox.NextAsync("perdure.circuit.closed", late.Token);
        await stage.WriteLineAsync("The circuit has tried some orders, then run what was put aside, and is closed.");
        await TellAsync(3);
        await stop.CancelAsync();
        await shop;
        await stage.WriteLineAsync("The shop closes; what waits is worked off ...");
        return await ProveAsync(late.Token);
    }

    private async Task TellAsync(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1)); // Allowed: it is what the audience watches.
            await stage.WriteLineAsync(
                $"  sent {_shop.Sent,5}   processed {_bank.Charged.Count,5}   put aside {await AsideAsync(),4}");
        }
    }

    private async Task<int> AsideAsync() =>
        (await _deadLetters.GroupAsync(new DeadLetterFilter { State = DeadLetterState.Active })).Sum(g => (int)g.Count);

    private async Task<int> ProveAsync(CancellationToken late)
    {
        int healthy = _shop.Sent - _shop.Damaged;
        while (_bank.Charged.Count < healthy || await AsideAsync() > _shop.Damaged || await OpenAsync() > 0)
            await Task.Delay(100, late); // Allowed: between two looks.
        Order[] charged = [.. _bank.Charged];
        bool once = charged.DistinctBy(o => o.Id).Count() == charged.Length;
        bool ordered = charged.GroupBy(o => o.Customer)
            .All(c => c.Select(o => o.Number).SequenceEqual(Enumerable.Range(1, c.Count())));
        int fulfilled = await CountAsync(OrchestrationRuntimeStatus.Completed);
        int aside = await AsideAsync();
        await stage.WriteLineAsync($"""

              sent                     {_shop.Sent,6}
              processed                {charged.Length,6}   each once: {Say(once)}, in order by customer: {Say(ordered)}
              set aside, damaged       {aside,6}
              orchestrations           {fulfilled,6}   one for each order: {Say(fulfilled == charged.Length)}
              notifications of it      {_inbox.Opened,6}   one for its opening: {Say(_inbox.Opened == 1)}

            """);
        bool all = charged.Length + aside == _shop.Sent && once && ordered && fulfilled == charged.Length
            && _inbox.Opened == 1;
        await stage.WriteLineAsync(all
            ? $"Proved: {_shop.Sent} sent = {charged.Length} processed + {aside} set aside; nothing was lost."
            : "Not proved: look at the table.");
        return all ? 0 : 1;
    }

    private static string Say(bool yes) => yes ? "yes" : "NO";

    private async Task<int> OpenAsync() => await CountAsync(
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running);

    private async Task<int> CountAsync(params OrchestrationRuntimeStatus[] statuses)
    {
        int count = 0;
        OrchestrationStatusQueryCondition condition = new()
        {
            RuntimeStatus = statuses, InstanceIdPrefix = "order-", PageSize = 1000,
        };
        do
        {
            OrchestrationStatusQueryResult page =
                await _client.ListInstancesAsync(condition, CancellationToken.None);
            count += page.DurableOrchestrationState.Count;
            condition.ContinuationToken = page.ContinuationToken;
        }
        while (condition.ContinuationToken is not null);
        return count;
    }
}
