// A shop takes a hundred orders a second from a stream, some of them damaged; its bank goes away for a while. Nothing
// is lost: retries, dead letters, a circuit that opens, a notification with a link, and everything that waited runs.
//   dotnet run             the whole play, in a fresh hub; about a minute
using Perdure;

const string address = "http://127.0.0.1:5071";

string folder = Path.Combine(Path.GetTempPath(), $"perdure-orders-{Environment.ProcessId}");
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls(address);
builder.Logging.SetMinimumLevel(LogLevel.None);
builder.Services.AddSingleton<Bank>().AddSingleton<Inbox>();
builder.Services.AddPerdure(options =>
{
    options.UseSqlite(Path.Combine(folder, "hub.db"));
    options.Streams.Named["orders"] = new StreamShape { Partitions = 4 };
    options.Circuits.Notify.BaseUrl = new Uri($"{address}/runtime/webhooks/durabletask");
    options.Circuits.Notify.Webhooks.Add(new CircuitWebhook { Url = new Uri($"{address}/inbox") });
    options.Circuits.Default.RampUp = TimeSpan.FromSeconds(5);
    options.Circuits.Named["bank"] = new CircuitSettings { RampUp = TimeSpan.FromSeconds(5) };
    // One circuit is enough for one play.
    options.Circuits.OfEachFunction = false;
});
await using WebApplication app = builder.Build();
app.MapPerdure();
app.MapPost("/inbox", async (HttpRequest request, Inbox inbox) =>
    inbox.Take((await request.ReadFromJsonAsync<Notification>())!));
await app.StartAsync();
try
{
    return await new Play(app.Services, Console.Out).RunAsync();
}
finally
{
    await app.StopAsync();
    Directory.Delete(folder, recursive: true);
}
