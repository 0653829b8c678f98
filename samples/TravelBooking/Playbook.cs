using System.Text.Json;
using Perdure;

/// <summary>What the program does with the hub, step by step.</summary>
public static class Playbook
{
    /// <summary>Whether a run before this one has begun and not ended.</summary>
    public static bool IsUnfinished(string hub, Journey[] journeys)
    {
        if (!File.Exists(hub))
            return false;
        var ended = HistoryFile
            .Query(hub, "select instance_id from history_events where event_type = 'ExecutionCompleted'")
            .Select(r => r[0]).ToHashSet();
        return journeys.Any(j => !ended.Contains(j.Id));
    }

    /// <summary>Forgets earlier runs: the hub and the journal.</summary>
    public static void Clear(string data)
    {
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        Directory.CreateDirectory(data);
    }

    public static async Task PlayAsync(IDurableClient client, Journey[] journeys)
    {
        foreach (Journey journey in journeys)
        {
            if (await client.GetStatusAsync(journey.Id) is null)
                await client.StartAttendConferencesAsync(journey, journey.Id);
        }
        var ends =
            await Task.WhenAll(journeys.Select(j => client.WaitForCompletionAsync(j.Id, TimeSpan.FromSeconds(45))));
        Console.WriteLine();
        foreach (DurableOrchestrationStatus end in ends)
            PrintOutcome(end);
    }

    public static void PrintHistory(string hub, string id)
    {
        Console.WriteLine($"\nThe history of '{id}', as  sqlite3 {hub}  shows it:\n");
        var rows = HistoryFile.Query(
            hub, "select event_type, timestamp, name, status, result from history_events where instance_id = ?1", id);
        Console.WriteLine($"  {"event_type",-34}{"timestamp",-26}{"name",-20}{"status",-11}result");
        foreach (string?[] row in rows)
            Console.WriteLine($"  {row[0],-34}{row[1],-26}{row[2],-20}{row[3],-11}{Short(row[4])}");
        Console.WriteLine();
    }

    private static void PrintOutcome(DurableOrchestrationStatus end)
    {
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"'{end.InstanceId}' is {end.RuntimeStatus}: {end.Output}");
        JourneyOutcome outcome = end.Output.Deserialize<JourneyOutcome>()!;
        Console.WriteLine($"  {outcome.Traveller,-7} {outcome.Decision}: {outcome.Spent} EUR");
        foreach (string problem in outcome.Problems)
            Console.WriteLine($"          {problem}");
    }

    private static string Short(string? text) =>
        text is null ? "" : text.Length <= 60 ? text : $"{text[..57]}...";
}
