using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Runtime.Usage;
using Perdure.Telemetry;

namespace Perdure.Runtime.Offers;

/// <summary>
/// Runs code for owners that do not have it. What it comes to is a message row; the owner decides what that means, and
/// whether it still wants it.
/// </summary>
internal sealed class ClaimedRuns(Node node)
{
    private static readonly EntityOutcome s_refused = new(default, Refusals.OfStore, []);
    private static readonly CodeResult s_parked = new CodeResult.Stopped(Refusals.OfStore, Park: true);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    public void Begin(OfferRow offer)
    {
        node.Work.Enter();
        node.Claims.Run(offer.Key, isOver: false);
        node.Scheduler.Queue(static x => _ = x.Runs.RunAsync(x.Offer), (Runs: this, Offer: offer));
    }

    private async Task RunAsync(OfferRow offer)
    {
        bool isAnswered = false;
        try
        {
            if (await ResultAsync(offer) is var (body, otherwise))
                node.Partition(offer.Key.Partition).Report(
                    offer.Target, new Message.WorkDone(offer.Key.Number, body),
                    new Message.WorkDone(offer.Key.Number, otherwise));
            isAnswered = true;
        }
#pragma warning disable CA1031 // Nobody stands above; it is given back, and claimed again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            node.Logger.ExecutorFailed(offer.Target, e);
        }
        finally
        {
            if (!isAnswered)
                node.Claims.Run(offer.Key, isOver: true);
            node.Work.Exit();
        }
    }

    /// <summary>Null when nobody wants it any more, or the node stops.</summary>
    private async Task<(byte[] Body, byte[] IfRefused)?> ResultAsync(OfferRow offer)
    {
        while (!node.IsStopping)
        {
            try
            {
                if (EntityInstanceIds.Is(offer.Target))
                {
                    EntityBatch batch = EntityRunCodec.DecodeBatch(offer.Target, offer.Body);
                    EntityRun run = await node.EntitiesHere.RunAsync(batch, node.WhenStopping);
                    EntityOutcome[] failed = [.. run.Outcomes.Select(_ => s_refused)];
                    return (EntityRunCodec.Encode(run), EntityRunCodec.Encode(new EntityRun(failed, batch.State)));
                }
                return await TurnAsync(offer) is { } result
                    ? (CodeResultCodec.Encode(result), CodeResultCodec.Encode(s_parked))
                    : null;
            }
            catch (StoreException e)
            {
                node.Logger.LoadFailed(offer.Target, e);
                await Task.Delay(s_pause, node.Time);
            }
            catch (OperationCanceledException) when (node.IsStopping)
            {
                return null;
            }
        }
        return null;
    }

    private async Task<CodeResult?> TurnAsync(OfferRow offer)
    {
        InstanceRow? row = await node.Store.ReadInstanceAsync(offer.Target, CancellationToken.None);
        if (row is null || row.Status.IsTerminal || new ExecutionKey(row.Key, row.Generation) != offer.Execution)
            return null;
        List<StoredTurn> turns = HistoryReader.ReadTurns(
            await node.Store.ReadHistoryAsync(offer.Execution, CancellationToken.None));
        OrchestrationState state = OrchestrationState.Load(row, turns);
        if (state.Recorded is not { } recorded)
            return null;
        IOrchestrationSession session = node.ExecutorHere.Open(state, static _ => { });
        UsageRun usage = node.Usage.Begin(UsageTrigger.Orchestration, state.Name);
        CodeResult result = CodeResult.NotRun.Instance;
        try
        {
            return result = await session.RunAsync(new RunRequest(
                OfferBodies.TimeOf(offer.Body), [.. recorded.Where(OrchestrationState.IsFed)], RecordedRun.Of(turns)));
        }
        finally
        {
            UsageMeter.End(usage, result);
            session.Abandon();
        }
    }
}
