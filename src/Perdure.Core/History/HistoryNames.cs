using System.Text.Encodings.Web;
using System.Text.Json;

namespace Perdure.Core.History;

/// <summary>The property names of stored JSON: part of the format, so they stand in one place.</summary>
internal static class HistoryNames
{
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // The writer's calls are fixed and covered by tests; payloads are JSON already.
        SkipValidation = true,
        MaxDepth = 128,
    };

    public static readonly JsonEncodedText Type = Of("type");
    public static readonly JsonEncodedText At = Of("at");
    public static readonly JsonEncodedText Name = Of("name");
    public static readonly JsonEncodedText Execution = Of("execution");
    public static readonly JsonEncodedText Version = Of("version");
    public static readonly JsonEncodedText Input = Of("input");
    public static readonly JsonEncodedText Parent = Of("parent");
    public static readonly JsonEncodedText Instance = Of("instance");
    public static readonly JsonEncodedText Key = Of("key");
    public static readonly JsonEncodedText Generation = Of("generation");
    public static readonly JsonEncodedText Task = Of("task");
    public static readonly JsonEncodedText StartAt = Of("startAt");
    public static readonly JsonEncodedText Tags = Of("tags");
    public static readonly JsonEncodedText Trace = Of("trace");
    public static readonly JsonEncodedText Result = Of("result");
    public static readonly JsonEncodedText Failure = Of("failure");
    public static readonly JsonEncodedText Message = Of("message");
    public static readonly JsonEncodedText Stack = Of("stack");
    public static readonly JsonEncodedText Inner = Of("inner");
    public static readonly JsonEncodedText FireAt = Of("fireAt");
    public static readonly JsonEncodedText Number = Of("number");
    public static readonly JsonEncodedText Attempt = Of("attempt");
    public static readonly JsonEncodedText First = Of("first");
    public static readonly JsonEncodedText Detached = Of("detached");
    public static readonly JsonEncodedText VersionNamed = Of("versionNamed");
    public static readonly JsonEncodedText Entity = Of("entity");
    public static readonly JsonEncodedText Entities = Of("entities");
    public static readonly JsonEncodedText Operation = Of("operation");
    public static readonly JsonEncodedText DueAt = Of("dueAt");
    public static readonly JsonEncodedText Last = Of("last");
    public static readonly JsonEncodedText Value = Of("value");
    public static readonly JsonEncodedText Reason = Of("reason");
    public static readonly JsonEncodedText Author = Of("author");
    public static readonly JsonEncodedText Status = Of("status");
    public static readonly JsonEncodedText Turn = Of("turn");
    public static readonly JsonEncodedText From = Of("from");
    public static readonly JsonEncodedText Next = Of("next");
    public static readonly JsonEncodedText Anew = Of("anew");
    public static readonly JsonEncodedText Tasks = Of("tasks");

    public static JsonEncodedText Of(string name) =>
        JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}
