using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Cli.Tests.Support;

namespace Perdure.Cli.Tests.Schemas;

/// <summary>
/// An administrator looks at tables, reads what would change, and changes it; hosts need no such right.
/// </summary>
public sealed class SchemaCommandsTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private Places _places = null!;
    private string _schema = "";

    public async ValueTask InitializeAsync()
    {
        _places = await Places.CreateAsync();
        _schema = _places.NewSchema();
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    [Fact]
    public async Task A_schema_is_missing_then_made_then_current_and_a_newer_one_is_left_alone()
    {
        Said missing = await RunAsync("check");
        missing.Code.ShouldBe(ExitCode.No);
        missing.Output.ShouldContain("There is no task hub");

        (await RunAsync("migrate")).Output.ShouldContain("Created version");
        (await RunAsync("migrate")).Output.ShouldContain("is current");
        (await RunAsync("check")).Code.ShouldBe(ExitCode.Done);
        (await RunAsync("script")).Output.ShouldStartWith("-- The tables are current");

        await _places.DatabaseAsync($"update {_schema}.hub set schema = 999");
        Said newer = await RunAsync("check");
        newer.Code.ShouldBe(ExitCode.Wrong);
        newer.Error.ShouldContain("999");
        (await RunAsync("migrate")).Code.ShouldBe(ExitCode.No);
        (await _places.DatabaseAsync($"select schema from {_schema}.hub")).ShouldBe("999");
    }

    [Fact]
    public async Task The_script_does_what_migrating_does()
    {
        string sql = (await RunAsync("script", "--partitions", "8")).Output;
        (await RunAsync("check")).Code.ShouldBe(ExitCode.No);

        await _places.DatabaseAsync(sql);

        (await RunAsync("check")).Code.ShouldBe(ExitCode.Done);
        (await _places.DatabaseAsync(
            $"select partitions, (select count(*) from {_schema}.partitions) from {_schema}.hub")).ShouldBe("8|8");
        string other = _places.NewSchema();
        await Shell.MustAsync("schema", "migrate", "--to", _places.Connection, "--schema", other);
        (await ColumnsAsync(_schema)).ShouldBe(await ColumnsAsync(other));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_another_exit_code_than_no()
    {
        Said said = await Shell.RunAsync(
            "schema", "check", "--to", "Host=127.0.0.1;Port=1;Timeout=1;Username=u;Database=d");

        said.Code.ShouldBe(ExitCode.Wrong);
        said.Error.ShouldContain("127.0.0.1:1");
        (await Shell.RunAsync("schema", "check", "--to", "hub.db")).Code.ShouldBe(ExitCode.Wrong);
        (await Shell.RunAsync("schema", "chekc")).Code.ShouldBe(ExitCode.Wrong);
    }

    [Fact]
    public async Task One_role_migrates_and_another_runs_without_the_right_to_change_tables()
    {
        string owner = $"{_schema}_owner", runner = $"{_schema}_runner";
        await _places.DatabaseAsync(
            $"""
            create role {owner} login nosuperuser; create role {runner} login nosuperuser;
            grant create on database postgres to {owner};
            """);
        try
        {
            (await Should.ThrowAsync<Exception>(() => HelloAsync(As(runner)))).Message
                .ShouldContain("perdure schema migrate");
            await Shell.MustAsync(
                "schema", "migrate", "--to", As(owner), "--schema", _schema, "--grant", runner);

            (await HelloAsync(As(runner))).ShouldBe("hello");

            (await Should.ThrowAsync<Npgsql.PostgresException>(() => _places.DatabaseAsync(
                $"set role {runner}; create table {_schema}.mine (x int)"))).SqlState.ShouldBe("42501");
            // The owner moves the hub away; the runner is told where.
            await Shell.MustAsync(
                "hub", "move", "--from", As(owner), "--schema", _schema, "--to", _places.NewFile());
            (await Should.ThrowAsync<Exception>(() => HelloAsync(As(runner)))).Message.ShouldContain("was moved to");
        }
        finally
        {
            await _places.DatabaseAsync($"drop owned by {owner}, {runner} cascade; drop role {owner}, {runner}");
        }
    }

    [Theory]
    [InlineData]
    [InlineData("schema")]
    [InlineData("schema", "check")]
    [InlineData("schema", "script")]
    [InlineData("schema", "migrate")]
    [InlineData("hub", "move")]
    [InlineData("hub", "reopen")]
    public async Task Every_command_says_what_it_is_for(params string[] command)
    {
        Said said = await Shell.MustAsync([.. command, "--help"]);

        said.Output.ShouldContain($"{string.Join(' ', ["perdure", .. command])} [");
        said.Output.Split('\n').Length.ShouldBeGreaterThan(6);
    }

    private string As(string role) =>
        _places.Connection.Replace("Username=postgres", $"Username={role}", StringComparison.Ordinal);

    private Task<Said> RunAsync(string command, params string[] more) =>
        Shell.RunAsync(["schema", command, "--to", _places.Connection, "--schema", _schema, .. more]);

    private Task<string> ColumnsAsync(string schema) => _places.DatabaseAsync(
        $"""
        select table_name, column_name, data_type, is_nullable from information_schema.columns
        where table_schema = '{schema}' order by 1, 2
        """);

    private async Task<string> HelloAsync(string connection)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new MovingFunctions.Gate { IsOpen = true });
        builder.Services.AddPerdure(options =>
        {
            options.TaskHub = _schema;
            options.UsePostgreSql(connection, o => o.Migrate = false);
            foreach (Type type in MovingFunctions.All)
                options.FunctionTypes.Add(type);
        });
        using IHost host = builder.Build();
        await host.StartAsync();
        IDurableClient client = host.Services.GetRequiredService<IDurableClient>();
        await client.StartNewAsync("Event", "hello");
        await client.RaiseEventAsync("hello", "go", "hel");
        await client.RaiseEventAsync("hello", "go", "lo");
        string output = (await client.WaitForCompletionAsync("hello", s_patience)).Output.ToString();
        await host.StopAsync();
        return output;
    }
}
