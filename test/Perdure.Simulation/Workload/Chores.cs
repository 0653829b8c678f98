using Perdure.Simulation.Faults;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>Draws operations for entities: which, and what they do besides.</summary>
internal static class Chores
{
    public static string Operation(Dice dice) => dice.Pick("add", "Add", "add", "ADD", "add", "look", "drop");

    public static EntityId Entity(Dice dice) =>
        dice.Chance(0.4) ? EntityFunctions.Ids[0] : dice.Pick<EntityId>(EntityFunctions.Ids);

    /// <param name="dice">What is drawn from.</param>
    /// <param name="token">The token of the operation; those of what it sends are made of it.</param>
    /// <param name="depth">How far it may go on sending.</param>
    public static Chore Draw(Dice dice, string token, int depth)
    {
        Chore chore = new()
        {
            Token = token,
            Fails = dice.Chance(0.15),
            Sets = dice.Chance(0.5),
            Obeys = dice.Chance(0.5),
            Milliseconds = dice.Chance(0.15) ? dice.Between(1, dice.Pick(10, 100, 1_500)) : 0,
            Text = dice.Chance(0.004) ? Curse.Word : dice.Chance(0.1) ? new string('x', dice.Below(60)) : "",
        };
        if (depth > 0 && dice.Chance(0.25))
        {
            for (int i = dice.Between(1, 3); i > 0; i--)
                chore.Tells.Add(DrawTell(dice, $"{token}.{i}", depth - 1));
        }
        return depth > 0 && dice.Chance(0.04)
            ? chore with { Starts = new Errand { Seed = dice.Next() >> 12, Nonce = $"{token}.0" } }
            : chore;
    }

    private static Tell DrawTell(Dice dice, string token, int depth) => new()
    {
        Entity = Entity(dice).ToString(),
        Operation = Operation(dice),
        Chore = Draw(dice, token, depth),
        DueIn = dice.Chance(0.3) ? dice.Below(dice.Pick(5, 3_000, 20_000)) : null,
    };
}
