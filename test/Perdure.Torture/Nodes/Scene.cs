using System.Globalization;
using Npgsql;

namespace Perdure.Torture.Nodes;

/// <summary>What the server knows at a moment at which nothing goes on, for those who look for the cause.</summary>
internal static class Scene
{
    private static readonly string[] s_questions =
    [
        "select now(), (extract(epoch from clock_timestamp()) * 1000)::bigint as milliseconds",
        "select * from nodes order by node",
        "select * from partitions order by id",
        """
        select pid, application_name, client_port, state, wait_event_type, wait_event, backend_start, xact_start,
            query_start, pg_blocking_pids(pid) as waits_for, left(query, 120) as query
        from pg_stat_activity where usename = 'torture' order by application_name, pid
        """,
        "select partition, origin, number, target, kind from messages order by partition, origin, number limit 200",
        "select partition, id, status, held, owed from instances where ended is null order by partition, id",
        "select * from tasks",
        "select * from entities order by id",
        """
        select i.id, i.name, i.status, i.partition, h.turn, h.part, h.at, h.events
        from instances i join history h on h.key = i.key and h.generation = i.generation
        where i.name in ('transfer', 'standing', 'careless', 'opening') order by i.key, h.turn, h.part
        """,
    ];

    public static async Task KeepAsync(TortureServer server, string path)
    {
        await using StreamWriter text = new(path, append: true);
        try
        {
            await using NpgsqlConnection connection = new(server.Administrator);
            await connection.OpenAsync();
            foreach (string question in s_questions)
            {
                await text.WriteLineAsync($"\n== {question}");
                await using NpgsqlCommand command = new(question, connection);
                await using NpgsqlDataReader rows = await command.ExecuteReaderAsync();
                while (await rows.ReadAsync())
                {
                    object[] values = new object[rows.FieldCount];
                    rows.GetValues(values);
                    await text.WriteLineAsync(string.Join(" | ", values.Select(Text)));
                }
            }
        }
        catch (NpgsqlException e)
        {
            await text.WriteLineAsync(e.Message);
        }
    }

    private static string Text(object value) => value switch
    {
        int[] many => string.Join(',', many),
        DateTime time => time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
