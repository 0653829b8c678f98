using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>Routes about functions: what they use, and how many hosts they need.</summary>
internal static partial class ManagementRoutes
{
    private static ManagementRoute[] Functions() =>
    [
        new()
        {
            Name = "GetUsage",
            Method = "GET",
            Pattern = ApiPath + "/usage",
            Scope = AccessScope.Read,
            Summary = "What functions have used, on all hosts of the hub, and what it would cost.",
            Query =
            [
                new("from", "date-time", "Used at this time or later; 30 days before the end by default."),
                new("to", "date-time", "Used before this time; until now by default."),
                new("groupBy", "string", "function, which is the default, day (in UTC) or trigger."),
                new("format", "string", "json, which is the default, or csv."),
            ],
            Answers = [new(200, "Usage by group, by name."), new(400, "A parameter cannot be used.")],
            Handle = UsageHandlers.QueryAsync,
        },
        new()
        {
            Name = "GetScale",
            Method = "GET",
            Pattern = ApiPath + "/scale",
            Scope = AccessScope.Read,
            Summary = "How many hosts the hub should have, and why.",
            Answers = [new(200, "How many there are and should be, and what each function needs.")],
            Handle = ScaleHandlers.GetAsync,
        },
        new()
        {
            Name = "GetScaleMetric",
            Method = "GET",
            Pattern = ApiPath + "/scale/metric/{functionName}",
            Scope = AccessScope.Read,
            Summary = "How many hosts one function of a queue or stream needs, for KEDA.",
            Answers = [new(200, "What the function needs."), new(404, "No queue or stream has such a function.")],
            Handle = ScaleHandlers.GetMetricAsync,
        },
    ];
}
