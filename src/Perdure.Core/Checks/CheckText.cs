using System.Text.Encodings.Web;
using System.Text.Json;

namespace Perdure.Core.Checks;

/// <summary>How requests, lines and verdicts travel: one JSON object a line.</summary>
internal static class CheckText
{
    /// <summary>The name of the pipe to a program that is to be checked; without it, programs run as ever.</summary>
    public const string PipeVariable = "PERDURE_CHECK_PIPE";

    /// <summary>People read it too.</summary>
    private static readonly CheckJson s_json = new(new JsonSerializerOptions(CheckJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write(CheckRequest request) => JsonSerializer.Serialize(request, s_json.CheckRequest);

    public static string Write(CheckLine line) => JsonSerializer.Serialize(line, s_json.CheckLine);

    public static string Write(CheckVerdict verdict) => JsonSerializer.Serialize(verdict, s_json.CheckVerdict);

    public static CheckRequest? ReadRequest(string json) => JsonSerializer.Deserialize(json, s_json.CheckRequest);

    public static CheckLine? ReadLine(string json) => JsonSerializer.Deserialize(json, s_json.CheckLine);
}
