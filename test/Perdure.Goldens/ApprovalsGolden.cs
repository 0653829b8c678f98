extern alias approvals;

using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Goldens;

/// <summary>Events, time-outs and custom status.</summary>
internal sealed class ApprovalsGolden : Golden
{
    public override string Name => "approvals";

    public override Type[] Functions => [typeof(approvals::Approval)];

    protected override void Add(IServiceCollection services) => services.AddLogging().AddSingleton<approvals::Mail>();

    public override async Task RecordAsync(string folder)
    {
        await using TestHub hub = await StartAsync();
        await hub.Client.StartNewAsync("ApproveExpense", "small", new approvals::Expense("ada", 20, "a book"));
        await hub.Client.StartNewAsync("ApproveExpense", "asked", new approvals::Expense("bob", 500, "a chair"));
        await hub.Client.StartNewAsync("ApproveExpense", "late", new approvals::Expense("eve", 900, "a desk"));
        await hub.AdvanceAsync(TimeSpan.FromDays(1));
        await hub.ExportAsync("asked", Path.Combine(folder, "waits-for-the-manager.json"));
        await hub.Client.RaiseEventAsync("asked", "Decision", new approvals::Decision(true, "kim"));
        await hub.AdvanceAsync(TimeSpan.FromDays(3));
        await hub.ExportAsync("late", Path.Combine(folder, "waits-for-the-director.json"));
        await hub.AdvanceAsync(TimeSpan.FromDays(3));
        await hub.ExportAsync("small", Path.Combine(folder, "small.json"));
        await hub.ExportAsync("asked", Path.Combine(folder, "approved.json"));
        await hub.ExportAsync("late", Path.Combine(folder, "expired.json"));
    }
}
