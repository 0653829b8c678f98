using Perdure.Core.Stores;

namespace Perdure.Bench;

/// <summary>Counts what one hello writes, by looking at the rows that reach the store.</summary>
internal static class WrittenWorkload
{
    public static async Task<string> DescribeAsync()
    {
        CountingStore store = new(new Core.Stores.Memory.MemoryStore("bench", 4));
        await using (store)
        {
            await NodeRun.HelloAsync(store, 100);
            return $"{store.Rows / 100.0:0.##} rows, {store.Bytes / 100.0:N0} bytes and {store.Turns / 100.0:0.##} "
                + "turns a hello";
        }
    }
}
