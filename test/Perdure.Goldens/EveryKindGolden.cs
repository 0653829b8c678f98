namespace Perdure.Goldens;

/// <summary>Every kind of event that a history can hold, and instances in every state.</summary>
internal sealed class EveryKindGolden : Golden
{
    private Type _changes = typeof(EveryKind.Changes);

    public override string Name => "every-kind";

    public override Type[] Functions => [typeof(EveryKind.Orchestrators), typeof(EveryKind.Others)];

    protected override void Configure(PerdureOptions options)
    {
        options.ParkNonDeterministicInstances = true;
        options.FunctionTypes.Add(_changes);
    }

    public override async Task RecordAsync(string folder)
    {
        await using TestHub hub = await StartAsync();
        await EndedAsync(hub, folder, "Family");
        await EndedAsync(hub, folder, "Entities");
        await ClockAsync(hub, folder);
        await LocksAsync(hub, folder);
        await RewoundAsync(hub, folder);
        await AgainAsync(hub, folder);
        await HeldAsync(hub, folder);
        await ParkedAsync(hub, folder);
        await hub.Client.StartNewAsync(
            "Waits", new StartOptions
            {
                InstanceId = "later",
                StartAt = hub.Now.AddDays(1),
                Tags = new Dictionary<string, string> { ["a"] = "b" },
            });
        await KeepAsync(hub, folder, "later", "not-begun");
    }

    private static async Task EndedAsync(TestHub hub, string folder, string orchestrator)
    {
        string id = orchestrator.ToLowerInvariant();
        await hub.Client.StartNewAsync(orchestrator, id);
        await hub.WaitForCompletionAsync(id);
        await KeepAsync(hub, folder, id, id);
    }

    private static async Task ClockAsync(TestHub hub, string folder)
    {
        await hub.Client.StartNewAsync("Clock", "clock");
        await KeepAsync(hub, folder, "clock", "clock-before");
        await hub.AdvanceAsync(TimeSpan.FromDays(1));
        await hub.Client.RaiseEventAsync("clock", "Go", "gone ");
        await KeepAsync(hub, folder, "clock", "clock-between");
        await hub.Client.RaiseEventAsync("clock", "Two", "two");
        await hub.WaitForCompletionAsync("clock");
        await KeepAsync(hub, folder, "clock", "clock-after");
    }

    private static async Task LocksAsync(TestHub hub, string folder)
    {
        await hub.Client.StartNewAsync("Holds", "holds");
        await hub.AdvanceAsync(TimeSpan.Zero);
        await hub.Client.StartNewAsync("Queues", "queues");
        await KeepAsync(hub, folder, "holds", "holds-a-lock");
        await KeepAsync(hub, folder, "queues", "waits-for-a-lock");
        await hub.Client.TerminateAsync("holds", "enough");
        await KeepAsync(hub, folder, "holds", "terminated");
        await KeepAsync(hub, folder, "queues", "holds-two-locks");
    }

    private static async Task RewoundAsync(TestHub hub, string folder)
    {
        EveryKind.IsBroken = true;
        await hub.Client.StartNewAsync("Rewound", "rewound");
        await hub.WaitForCompletionAsync("rewound");
        await KeepAsync(hub, folder, "rewound", "failed");
        EveryKind.IsBroken = false;
        await hub.Client.RewindAsync("rewound", "it is mended");
        await KeepAsync(hub, folder, "rewound", "rewound");
        await hub.Client.RaiseEventAsync("rewound", "Go");
        await hub.WaitForCompletionAsync("rewound");
        await KeepAsync(hub, folder, "rewound", "rewound-and-ended");
    }

    private static async Task AgainAsync(TestHub hub, string folder)
    {
        await hub.Client.StartNewAsync("Again", "again", 0);
        await hub.AdvanceAsync(TimeSpan.Zero);
        await hub.Client.RaiseEventAsync("again", "More");
        await KeepAsync(hub, folder, "again", "second-generation");
    }

    private static async Task HeldAsync(TestHub hub, string folder)
    {
        await hub.Client.StartNewAsync("Waits", "held");
        await hub.AdvanceAsync(TimeSpan.Zero);
        await hub.Client.SuspendAsync("held", "a holiday");
        await hub.Client.RaiseEventAsync("held", "Go", "gone");
        await KeepAsync(hub, folder, "held", "suspended");
        await hub.Client.ResumeAsync("held", "it is over");
        await hub.WaitForCompletionAsync("held");
        await KeepAsync(hub, folder, "held", "resumed");
    }

    private async Task ParkedAsync(TestHub hub, string folder)
    {
        await hub.Client.StartNewAsync("Changes", "parked");
        await hub.AdvanceAsync(TimeSpan.Zero);
        _changes = typeof(EveryKind.ChangesForTheWorse);
        await hub.KillAsync();
        await hub.Client.RaiseEventAsync("parked", "Go");
        await KeepAsync(hub, folder, "parked", "parked");
        _changes = typeof(EveryKind.Changes);
        await hub.KillAsync();
    }

    private static async Task KeepAsync(TestHub hub, string folder, string id, string name)
    {
        await hub.AdvanceAsync(TimeSpan.Zero);
        await hub.ExportAsync(id, Path.Combine(folder, $"{name}.json"));
    }
}
