namespace Perdure.Bench;

/// <summary>Counts what one hello writes, by looking at the rows that reach the store.</summary>
internal static class WrittenWorkload
{
    public static async Task<string> DescribeAsync()
    {
        WrittenRows written = new();
        await using PassingStore store = new(
            new Core.Stores.Memory.MemoryStore("bench", new Core.Stores.HubSecret([]), 4), written.Add);
        await NodeRun.HelloAsync(store, 100);
        return $"{written.Rows / 100.0:0.##} rows, {written.Bytes / 100.0:N0} bytes and {written.Turns / 100.0:0.##} "
            + "turns a hello";
    }
}
