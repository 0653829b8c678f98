using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of circuits.</summary>
internal static class CircuitHandlers
{
    /// <summary>
    /// What the page of a restart link may do: nothing but to send its form here. Programs that look at links in mail
    /// before people do must not be able to restart anything.
    /// </summary>
    private const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'";

    public static async Task<Answer> ListAsync(ManagementCall call)
    {
        IReadOnlyList<Circuit> circuits = await call.Http.Circuits.ListAsync(call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartArray();
                foreach (Circuit circuit in circuits)
                    Write(w, circuit, whole: false);
                w.WriteEndArray();
            },
        };
    }

    public static async Task<Answer> GetAsync(ManagementCall call) =>
        await call.Http.Circuits.GetAsync(NameOf(call), call.Aborted) is { } circuit ? Of(circuit) : Absent(call);

    public static async Task<Answer> ChangeAsync(ManagementCall call, string verb)
    {
        ICircuitClient client = call.Http.Circuits;
        if (await client.GetAsync(NameOf(call), call.Aborted) is null)
            return Absent(call);
        string? by = call.Author ?? call.Caller, reason = call.Query("reason");
        Func<string, string?, string?, CancellationToken, Task<Circuit>> change = verb switch
        {
            "Open" => client.OpenAsync,
            "Resume" => client.ResumeAsync,
            "Probe" => client.ProbeAsync,
            "Isolate" => client.IsolateAsync,
            _ => client.MonitorAsync,
        };
        return await AskAsync(call, () => change(NameOf(call), by, reason, call.Aborted));
    }

    /// <summary>Only shows what it is about.</summary>
    public static async Task<Answer> ShowLinkAsync(ManagementCall call)
    {
        try
        {
            return Page(StatusCodes.Status200OK, Question(
                await call.Http.Circuits.ReadLinkAsync(TokenOf(call), call.Aborted), TokenOf(call)));
        }
        catch (ArgumentException e)
        {
            return Page(StatusCodes.Status400BadRequest, Said(e.Message));
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Page(StatusCodes.Status409Conflict, Said(e.Message));
        }
    }

    public static async Task<Answer> FollowLinkAsync(ManagementCall call)
    {
        try
        {
            Circuit circuit = await call.Http.Circuits.FollowLinkAsync(TokenOf(call), "the restart link", call.Aborted);
            return Page(StatusCodes.Status200OK, Said(
                $"The circuit {circuit.Name} tries one event after the other, and closes when enough end well."));
        }
        catch (ArgumentException e)
        {
            return Page(StatusCodes.Status400BadRequest, Said(e.Message));
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Page(StatusCodes.Status409Conflict, Said(e.Message));
        }
    }

    private static async Task<Answer> AskAsync(ManagementCall call, Func<Task<Circuit>> ask)
    {
        try
        {
            return Of(await ask());
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Answer.Refusal(StatusCodes.Status409Conflict, e.Message);
        }
    }

    private static string NameOf(ManagementCall call) => call.Value("circuitName")!;

    private static string TokenOf(ManagementCall call) => call.Query("token")
        ?? throw new RequestRefusedException(StatusCodes.Status400BadRequest, "The link has no token.");

    private static Answer Absent(ManagementCall call) =>
        Answer.Refusal(StatusCodes.Status404NotFound, $"There is no circuit '{NameOf(call)}'.");

    private static Answer Of(Circuit circuit) =>
        new(StatusCodes.Status200OK) { Body = w => Write(w, circuit, whole: true) };

    private static Answer Page(int status, string html) => new Answer(status)
    {
        Text = ("text/html; charset=utf-8", "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
            + "<title>Perdure</title>"
            + "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">"
            + "<style>body{font:16px/1.5 system-ui;max-width:40em;margin:3em auto;padding:0 1em}"
            + "button{font:inherit;padding:.4em 1.2em}</style></head><body>" + html + "</body></html>"),
    }.With((HeaderNames.ContentSecurityPolicy, PagePolicy), ("Referrer-Policy", "no-referrer"));

    private static string Question(Circuit circuit, string token) =>
        $"<h1>Let the functions of {Text(circuit.Name)} go on?</h1>"
        + $"<p>The circuit has been open since {Text($"{circuit.Since:u}")} (opening {circuit.Epoch}).</p>"
        + $"<p>{Text(circuit.Reason)}</p>"
        + string.Concat(circuit.Causes.Take(5).Select(
            c => $"<p>{c.Count} &times; {Text(c.FunctionName)}: {Text(c.Error)}</p>"))
        + "<p>One event after the other runs; when enough have ended well, everything does.</p>"
        + $"<form method=\"post\" action=\"?token={Text(Uri.EscapeDataString(token))}\">"
        + "<button>Go on</button></form>";

    private static string Said(string text) => $"<p>{Text(text)}</p>";

    private static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    private static void Write(Utf8JsonWriter writer, Circuit circuit, bool whole)
    {
        writer.WriteStartObject();
        writer.WriteString("name", circuit.Name);
        writer.WriteString("status", circuit.Status.ToString());
        writer.WriteNumber("epoch", circuit.Epoch);
        WriteTime(writer, "since", circuit.Since);
        writer.WriteString("reason", circuit.Reason);
        writer.WriteString("by", circuit.By);
        writer.WriteNumber("failures", circuit.Failures);
        writer.WriteNumber("threshold", circuit.Threshold);
        writer.WriteNumber("windowSeconds", circuit.Window.TotalSeconds);
        WriteTime(writer, "nextProbe", circuit.NextProbe);
        writer.WriteBoolean("isRecovering", circuit.IsRecovering);
        if (whole)
            WriteRest(writer, circuit);
        writer.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter writer, Circuit circuit)
    {
        writer.WriteStartArray("causes");
        foreach (CircuitFailureGroup cause in circuit.Causes)
        {
            writer.WriteStartObject();
            writer.WriteString("functionName", cause.FunctionName);
            writer.WriteString("fingerprint", cause.Fingerprint);
            writer.WriteString("error", cause.Error);
            writer.WriteNumber("count", cause.Count);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("history");
        foreach (CircuitTransition change in circuit.History)
        {
            writer.WriteStartObject();
            WriteTime(writer, "time", change.At);
            writer.WriteString("from", change.From.ToString());
            writer.WriteString("to", change.To.ToString());
            writer.WriteNumber("epoch", change.Epoch);
            writer.WriteString("by", change.By);
            writer.WriteString("reason", change.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } at)
            writer.WriteString(name, StatusJson.Time(at.UtcDateTime));
        else
            writer.WriteNull(name);
    }
}
