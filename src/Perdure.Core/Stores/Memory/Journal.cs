namespace Perdure.Core.Stores.Memory;

/// <summary>How to take back what a batch has done so far; it makes the batch atomic.</summary>
internal sealed class Journal
{
    private readonly Stack<Action> _undo = new();

    public void Push(Action undo) => _undo.Push(undo);

    public void Keep() => _undo.Clear();

    public void Undo()
    {
        while (_undo.TryPop(out var undo))
            undo();
    }
}
