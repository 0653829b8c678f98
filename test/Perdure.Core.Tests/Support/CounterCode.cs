using Perdure.Core.Entities;
using Perdure.Core.History;

namespace Perdure.Core.Tests.Support;

/// <summary>The code of an entity that counts, and can do all that an entity can.</summary>
internal static class CounterCode
{
    public static readonly FailureDetails Failure = new("Boom", "It broke.");

    /// <summary>As an executor does: an operation that fails leaves state and messages as they were.</summary>
    public static EntityRun Run(EntityBatch batch, int max)
    {
        List<EntityOutcome> outcomes = [];
        int? value = batch.State.IsNone ? null : int.Parse(batch.State.ToString());
        foreach (EntityOperation operation in batch.Operations.Take(max))
        {
            int input = operation.Input.IsNone ? 0 : int.Parse(operation.Input.ToString());
            List<EntityAction> actions = [];
            switch (operation.Name)
            {
                case "add": value = (value ?? 0) + input; break;
                // Order counts.
                case "mix": value = Mixed(value, input); break;
                case "get": break;
                case "delete": value = null; break;
                case "fail": outcomes.Add(new EntityOutcome(default, Failure, [])); continue;
                case "tell": actions.Add(new EntityAction.Signal("@log@x", "note", operation.Input, null)); break;
                case "tellLater":
                    actions.Add(new EntityAction.Signal("@log@x", "note", operation.Input, batch.At + 500));
                    break;
                case "start":
                    actions.Add(new EntityAction.StartOrchestration("Work", $"work-{input}", "feed", operation.Input));
                    break;
                default: throw new InvalidOperationException($"There is no operation '{operation.Name}'.");
            }
            outcomes.Add(new EntityOutcome(Code.Json(value?.ToString()), null, actions));
        }
        return new EntityRun(outcomes, Code.Json(value?.ToString()));
    }

    public static int Mixed(int? value, int input) => (int)(((value ?? 7) * 31L + input) % 1_000_003);
}
