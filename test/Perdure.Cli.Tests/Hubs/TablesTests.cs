using Perdure.Cli.Tests.Support;
using Perdure.Core.Stores.Moves;

namespace Perdure.Cli.Tests.Hubs;

/// <summary>The description of the tables is what both stores have.</summary>
public sealed class TablesTests : IAsyncLifetime
{
    private static readonly string[] s_madeAnew = ["hub", "partitions", "nodes", "commits"];

    private Places _places = null!;

    public async ValueTask InitializeAsync() => _places = await Places.CreateAsync();

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    [Fact]
    public async Task Every_table_of_both_stores_moves_with_all_its_columns_or_is_made_anew()
    {
        string file = _places.NewFile();
        await new RandomHub(seed: 1, instances: 60, partitions: 4).WriteAsync(file);
        string schema = _places.NewSchema();
        await Shell.MustAsync("schema", "migrate", "--to", _places.Connection, "--schema", schema);

        string described = string.Join(
            '\n', HubTables.All
                .SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}")).Order(StringComparer.Ordinal));
        string anew = string.Join(", ", s_madeAnew.Select(t => $"'{t}'"));

        Places.File(
            file,
            $"""
            select t.name || '.' || c.name from sqlite_schema t, pragma_table_info(t.name) c
            where t.type = 'table' and t.name not in ({anew}, 'sqlite_sequence') order by 1
            """).ShouldBe(described);
        (await _places.DatabaseAsync(
            $"""
            select table_name || '.' || column_name from information_schema.columns join pg_class k
                on k.relname = table_name and k.relnamespace = '{schema}'::regnamespace and k.relkind = 'r'
            where table_schema = '{schema}' and table_name not in ({anew})
            order by (table_name || '.' || column_name) collate "C"
            """)).ShouldBe(described);
    }
}
