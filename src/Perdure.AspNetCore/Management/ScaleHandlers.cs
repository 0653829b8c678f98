using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.Core.Scaling;

namespace Perdure.AspNetCore.Management;

/// <summary>How many hosts there should be.</summary>
internal static class ScaleHandlers
{
    public static async Task<Answer> GetAsync(ManagementCall call)
    {
        ScaleAdvice advice = await call.Http.Scale.AdviseAsync(call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteNumber("current", advice.Current);
                w.WriteNumber("desired", advice.Desired);
                w.WriteString("reason", advice.Reason);
                w.WriteStartArray("functions");
                foreach (FunctionDemand function in advice.Functions)
                    Write(w, function);
                w.WriteEndArray();
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> GetMetricAsync(ManagementCall call)
    {
        string name = call.Value("functionName")!;
        ScaleAdvice advice = await call.Http.Scale.AdviseAsync(call.Aborted);
        FunctionDemand? function = advice.Functions.FirstOrDefault(
            f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (function is not null)
            return new Answer(StatusCodes.Status200OK) { Body = w => Write(w, function) };
        string known = advice.Functions.Count > 0
            ? $"Known: {string.Join(", ", advice.Functions.Select(f => f.Name))}."
            : "There is none.";
        return Answer.Refusal(
            StatusCodes.Status404NotFound, $"No queue or stream has the function '{name}'. {known}");
    }

    private static void Write(Utf8JsonWriter writer, FunctionDemand function)
    {
        writer.WriteStartObject();
        writer.WriteString("name", function.Name);
        writer.WriteNumber("backlog", function.Backlog);
        writer.WriteNumber("oldestAgeSec", Math.Round(function.OldestAgeSec, 3));
        writer.WriteNumber("arrivalPerSec", Math.Round(function.ArrivalPerSec, 3));
        if (function.PerInstancePerSec is { } rate)
            writer.WriteNumber("perInstancePerSec", Math.Round(rate, 3));
        else
            writer.WriteNull("perInstancePerSec");
        writer.WriteNumber("desired", function.Desired);
        writer.WriteString("cap", function.Cap);
        writer.WriteEndObject();
    }
}
