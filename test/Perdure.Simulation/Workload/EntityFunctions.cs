using Perdure.Simulation.Checking;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>
/// An entity that keeps the tokens of the operations that have changed it, once as a function and once as a class. Both
/// do what the input says besides.
/// </summary>
public static class EntityFunctions
{
    /// <summary>Few, so that everybody meets everybody.</summary>
    public static readonly EntityId[] Ids =
        [new("doings", "a"), new("doings", "b"), new("doings", "A"), new("objectdoings", "a"), new("objectdoings", "")];

    [FunctionName("Doings")]
    public static async Task Doings([EntityTrigger] IDurableEntityContext context, CancellationToken stopping)
    {
        Chore chore = context.GetInput<Chore>();
        OperationRun run = Simulation.Here.EntityJournal.Begin(context, chore);
        switch (context.OperationName.ToLowerInvariant())
        {
            case "drop":
                context.DeleteState();
                context.Return(0);
                break;
            case "look":
                context.Return(context.HasState ? context.GetState<Doings>().Log.Count : 0);
                break;
            default:
                Doings state = context.GetState(() => new Doings());
                state.Log.Add(chore.Token);
                if (chore.Sets)
                    context.SetState(state);
                context.Return(state.Log.Count);
                break;
        }
        try
        {
            await AlsoAsync(context, chore, run, chore.Obeys ? stopping : CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            run.IsCut = true;
            throw;
        }
    }

    [FunctionName("ObjectDoings")]
    public static Task ObjectDoings([EntityTrigger] IDurableEntityContext context) =>
        context.DispatchAsync<ObjectDoings>();

    /// <summary>What the operation does besides; its time passes here.</summary>
    internal static async Task AlsoAsync(
        IDurableEntityContext context, Chore chore, OperationRun run, CancellationToken obeyed = default)
    {
        VirtualTime time = Simulation.Here.World.Current!.Time;
        for (int i = 0; i < chore.Tells.Count; i++)
        {
            if (i == 1 && chore.Milliseconds > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(chore.Milliseconds), time, obeyed);
            Tell(context, chore.Tells[i], run, time);
        }
        if (chore.Tells.Count < 2 && chore.Milliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(chore.Milliseconds), time, obeyed);
        if (chore.Starts is { } errand)
        {
            context.StartNewOrchestration("Errand", errand);
            run.Starts.Add(errand.Nonce);
        }
        if (chore.Fails)
            throw run.Fail();
    }

    private static void Tell(IDurableEntityContext context, Tell tell, OperationRun run, VirtualTime time)
    {
        EntityId target = EntityId.Parse(tell.Entity);
        if (tell.DueIn is not { } dueIn)
        {
            context.SignalEntity(target, tell.Operation, tell.Chore);
            run.Tells.Add((tell.Entity, tell.Chore.Token, null));
            return;
        }
        DateTimeOffset due = time.GetUtcNow().AddMilliseconds(dueIn);
        due = DateTimeOffset.FromUnixTimeMilliseconds(due.ToUnixTimeMilliseconds());
        context.SignalEntity(target, due.UtcDateTime, tell.Operation, tell.Chore);
        run.Tells.Add((tell.Entity, tell.Chore.Token, due.ToUnixTimeMilliseconds()));
    }
}

/// <summary>The same as a class, whose object is the state.</summary>
public sealed class ObjectDoings
{
    public List<string> Log { get; set; } = [];

    public async Task<int> Add(Chore chore)
    {
        OperationRun run = Begin(chore);
        Log.Add(chore.Token);
        int count = Log.Count;
        await EntityFunctions.AlsoAsync(Entity.Current, chore, run);
        return count;
    }

    public async Task<int> Look(Chore chore)
    {
        OperationRun run = Begin(chore);
        int count = Log.Count;
        // Looking at what is not there would bring it into being.
        if (count == 0)
            Entity.Current.DeleteState();
        await EntityFunctions.AlsoAsync(Entity.Current, chore, run);
        return count;
    }

    public async Task<int> Drop(Chore chore)
    {
        OperationRun run = Begin(chore);
        Entity.Current.DeleteState();
        await EntityFunctions.AlsoAsync(Entity.Current, chore, run);
        return 0;
    }

    private static OperationRun Begin(Chore chore) =>
        Simulation.Here.EntityJournal.Begin(Entity.Current, chore);
}
