extern alias travel;

using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Goldens;

/// <summary>Children, retries, compensation, and a manager who does not answer.</summary>
internal sealed class TravelBookingGolden : Golden
{
    public override string Name => "travel-booking";

    public override Type[] Functions =>
    [
        typeof(travel::AttendConferences), typeof(travel::BookTrip), typeof(travel::Bookings),
        typeof(travel::Expenses),
    ];

    protected override void Add(IServiceCollection services) => services
        .AddSingleton(travel::Catalogue.Read<travel::Catalogue>("catalogue.json"))
        .AddSingleton(_ => new travel::BookingProvider(Path.GetTempFileName(), null));

    /// <summary>The providers, without their journal and their slowness.</summary>
    private static void Mock(TestHubBuilder builder)
    {
        travel::Catalogue offers = travel::Catalogue.Read<travel::Catalogue>("catalogue.json");
        builder.MockActivity<travel::Trip, travel::Booking>("BookConference", trip =>
        {
            travel::Catalogue.Conference found = offers.Conferences.Single(c => c.Name == trip.Conference);
            return new("conference", found.Name, trip.Traveller, found.City, found.From, found.To, found.Price, "1");
        });
        builder.MockActivity<travel::Route, travel::Booking>("BookFlight", route => route.Traveller == "Boris"
            ? throw new InvalidOperationException("no seat")
            : new("flight", "F1", route.Traveller, route.To, route.Out, route.Back, 200, "2"));
        builder.MockActivity<travel::Route, travel::Booking>(
            "BookTrain", route => new("train", "T1", route.Traveller, route.To, route.Out, route.Back, 100, "3"));
        builder.MockActivity<travel::Stay, travel::Booking>("BookHotel", stay => stay.City == "Lisbon"
            ? throw new InvalidOperationException("no room")
            : new("hotel", "H1", stay.Traveller, stay.City, stay.From, stay.To, 300, "4"));
        builder.MockActivity<travel::Booking, bool>("CancelBooking", _ => true);
    }

    public override async Task RecordAsync(string folder)
    {
        await using TestHub hub = await StartAsync(Mock);
        foreach (travel::Journey journey in travel::Catalogue.Read<travel::Journey[]>("journeys.json"))
            await hub.Client.StartNewAsync("AttendConferences", journey.Id, journey);
        await hub.AdvanceAsync(TimeSpan.FromSeconds(2));
        await hub.ExportAsync("dmitri", Path.Combine(folder, "dmitri-waits.json"));
        foreach (string id in (string[])["ada", "boris", "chiara", "dmitri", "elif", "farid"])
        {
            await hub.WaitForCompletionAsync(id);
            await hub.ExportAsync(id, folder);
        }
        OrchestrationStatusQueryResult trips = await hub.Client.ListInstancesAsync(
            new OrchestrationStatusQueryCondition { PageSize = 100 }, CancellationToken.None);
        DurableOrchestrationStatus[] all = [.. trips.DurableOrchestrationState.Where(s => s.Name == "BookTrip")];
        for (int i = 0; i < all.Length; i++)
            await hub.ExportAsync(all[i].InstanceId, Path.Combine(folder, $"trip-{i}.json"));
    }
}
