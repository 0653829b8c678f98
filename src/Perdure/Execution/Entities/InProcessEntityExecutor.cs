using System.Diagnostics;
using Perdure.Core;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Functions;

namespace Perdure.Execution.Entities;

/// <summary>
/// Runs the entity functions of this process. Each operation is a transaction: it begins with the state that the last
/// successful one left, as JSON, so that what it sees does not depend on which operations became one batch.
/// </summary>
internal sealed class InProcessEntityExecutor(FunctionRegistry functions, EntityServices services) : IEntityExecutor
{
    /// <summary>
    /// After this time no further operation of a batch begins, so that the first ones become durable.
    /// </summary>
    public static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    public bool OffersEntity(string name) => functions.TryGetEntity(name, out _);

    public async ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping)
    {
        EntityId id = EntityId.Parse(batch.InstanceId);
        if (!functions.TryGetEntity(id.EntityName, out EntityFunction? function))
            return WithoutCode(batch, id);
        EntityScope scope = function.Open();
        try
        {
            return await RunAsync(batch, id, function, scope, stopping);
        }
        finally
        {
            await DisposeAsync(scope, batch.InstanceId);
        }
    }

    private async ValueTask<EntityRun> RunAsync(
        EntityBatch batch, EntityId id, EntityFunction function, EntityScope scope, CancellationToken stopping)
    {
        long began = services.Time.GetTimestamp();
        List<EntityOutcome> outcomes = new(batch.Operations.Count);
        Payload state = batch.State;
        long bytes = 0;
        foreach (EntityOperation operation in batch.Operations)
        {
            bool isEnough = stopping.IsCancellationRequested || bytes > Limits.Default.TurnBytesMax
                || services.Time.GetElapsedTime(began) >= Slice;
            if (isEnough && outcomes.Count > 0)
                break;
            EntityContext context = new(id, operation, state, functions, services, scope)
            {
                BatchSize = batch.Operations.Count,
                BatchPosition = outcomes.Count,
            };
            Activity? span = EntitySpans.StartOperation(id, operation);
            try
            {
                state = await RunAsync(function, scope, context, stopping);
                IReadOnlyList<EntityAction> actions = EntitySpans.Traced(id, operation, span, context.Actions);
                outcomes.Add(new EntityOutcome(context.Result, null, actions));
                bytes += context.Result.Length + context.BytesSent;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The host's doing and not the operation's: it is run again elsewhere, or after the start.
                span?.SetStatus(ActivityStatusCode.Error, "The host stops; the operation is run again.");
                if (outcomes.Count == 0)
                    throw;
                break;
            }
#pragma warning disable CA1031 // An operation may throw anything; that is what it came to.
            catch (Exception e)
#pragma warning restore CA1031
            {
                FailureDetails failure = ThrownFailure.Of(e);
                span?.SetStatus(ActivityStatusCode.Error, failure.ErrorMessage);
                // That of a signal is logged once it is certain: nobody else hears of it.
                if (!operation.IsSignal)
                    services.Logger.EntityCallFailed(batch.InstanceId, operation.Name, e);
                outcomes.Add(new EntityOutcome(Payload.None, failure, []));
            }
            finally
            {
                context.Close();
                span?.Dispose();
            }
        }
        return new EntityRun(outcomes, state);
    }

    /// <summary>What flows with the operation is set here, so that it ends with it.</summary>
    private static async Task<Payload> RunAsync(
        EntityFunction function, EntityScope scope, EntityContext context, CancellationToken stopping)
    {
        Entity.Enter(context);
        await function.RunAsync(scope, context, stopping);
        return context.WriteState();
    }

    private static EntityRun WithoutCode(EntityBatch batch, EntityId id)
    {
        EntityOutcome failed = new(Payload.None, EntityFailures.NoSuchEntity(id.EntityName), []);
        return new EntityRun([.. batch.Operations.Select(_ => failed)], batch.State);
    }

    /// <summary>What goes wrong when user code lets go of its things changes no outcome.</summary>
    private async Task DisposeAsync(EntityScope scope, string instanceId)
    {
        try
        {
            await scope.DisposeAsync();
        }
#pragma warning disable CA1031 // Dispose of user code may throw anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            services.Logger.EntityNotDisposed(instanceId, e);
        }
    }
}
