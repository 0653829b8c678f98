using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Perdure.Tests.Hosting;

public sealed class RetentionOptionsTests
{
    [Fact]
    public void The_configuration_sets_a_time_and_an_empty_value_keeps_for_ever()
    {
        RetentionOptions options = Bound(("Completed", "7.00:00:00"), ("Terminated", ""));
        options.Completed.ShouldBe(TimeSpan.FromDays(7));
        options.Failed.ShouldBe(TimeSpan.FromDays(90));
        options.Terminated.ShouldBeNull();
    }

    [Fact]
    public void A_negative_time_is_refused_with_its_value() =>
        Should.Throw<OptionsValidationException>(() => Bound(("Failed", "-1.00:00:00")))
            .Message.ShouldContain("Perdure:Retention:Failed is -1.00:00:00");

    private static RetentionOptions Bound(params (string Key, string Value)[] settings)
    {
        ServiceCollection services = new();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(s => KeyValuePair.Create($"Perdure:Retention:{s.Key}", (string?)s.Value)))
            .Build());
        services.AddPerdure();
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<PerdureOptions>>().Value.Retention;
    }
}
