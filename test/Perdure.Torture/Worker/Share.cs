using System.Globalization;

namespace Perdure.Torture.Worker;

/// <summary>
/// What the clients of one of several nodes take care of. Each asks its own node, for instances of any; but events of
/// one instance come from the clients of one node after the other, so that there is an order in which they were asked.
/// </summary>
/// <param name="Slot">Which of the nodes that live at the same time.</param>
/// <param name="Slots">How many there are.</param>
internal sealed record Share(int Slot, int Slots)
{
    public static Share All { get; } = new(0, 1);

    /// <summary>Whether the clients must put up with a store that is away.</summary>
    public bool IsShared => Slots > 1;

    /// <summary>Whether these clients, or those of an earlier process in their place, have started it.</summary>
    public bool IsMine(string id)
    {
        string[] words = id.Split('-');
        return words.Length > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out int run)
            && run % Slots == Slot;
    }

    /// <summary>Whether a client may be told so: the store could not be asked just now.</summary>
    public bool IsTrouble(Exception e) =>
        IsShared && e.GetType().FullName == "Perdure.Core.Stores.StoreException";

    /// <summary>Asks until there is an answer.</summary>
    public async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (IsTrouble(e))
            {
                await Task.Delay(100, stop);
            }
        }
    }
}
