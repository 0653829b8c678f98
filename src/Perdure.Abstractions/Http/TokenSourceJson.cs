using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>
/// A token source as <c>{ kind, resource, options }</c>. The kind chooses between the two classes that exist, and
/// never a type by its name.
/// </summary>
internal sealed class TokenSourceJson : JsonConverter<ITokenSource>
{
    private const string AuthorityHost = "authorityHost";
    private const string TenantId = "tenantId";

    /// <summary>What a provider is told; null for a class that cannot be described.</summary>
    public static (string Kind, string Resource, IReadOnlyDictionary<string, string> Options)? Describe(
        ITokenSource source) => source switch
    {
        ManagedIdentityTokenSource x => (ManagedIdentityTokenSource.Kind, x.Resource, OptionsOf(x.Options)),
        CustomTokenSource x => (x.Kind, x.Resource, x.Options),
        _ => null,
    };

    public override ITokenSource? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? kind = null, resource = null;
        Dictionary<string, string> more = new(StringComparer.OrdinalIgnoreCase);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name.Equals("kind", StringComparison.OrdinalIgnoreCase))
                kind = reader.GetString();
            else if (name.Equals("resource", StringComparison.OrdinalIgnoreCase))
                resource = reader.GetString();
            else if (name.Equals("options", StringComparison.OrdinalIgnoreCase))
                ReadOptions(ref reader, more);
            else
                reader.Skip();
        }
        if (string.IsNullOrWhiteSpace(kind) || string.IsNullOrWhiteSpace(resource))
            throw new JsonException("A token source has a kind and a resource.");
        return kind == ManagedIdentityTokenSource.Kind
            ? new ManagedIdentityTokenSource(resource, ManagedOptions(more))
            : new CustomTokenSource(kind, resource, more);
    }

    public override void Write(Utf8JsonWriter writer, ITokenSource value, JsonSerializerOptions options)
    {
        var (kind, resource, more) = Describe(value)
            ?? throw new JsonException($"A token source of the type {value.GetType()} cannot be stored.");
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        writer.WriteString("resource", resource);
        if (more.Count > 0)
        {
            writer.WriteStartObject("options");
            foreach ((string name, string text) in more)
                writer.WriteString(name, text);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void ReadOptions(ref Utf8JsonReader reader, Dictionary<string, string> options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.GetString() is { } text)
                options[name] = text;
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
            throw new JsonException("A token source and its options are JSON objects.");
    }

    private static Dictionary<string, string> OptionsOf(ManagedIdentityOptions? options)
    {
        Dictionary<string, string> all = [];
        if (options?.AuthorityHost is { } authority)
            all.Add(AuthorityHost, authority.OriginalString);
        if (options?.TenantId is { } tenant)
            all.Add(TenantId, tenant);
        return all;
    }

    private static ManagedIdentityOptions? ManagedOptions(Dictionary<string, string> options)
    {
        if (options.Count == 0)
            return null;
        Uri? authority = null;
        if (options.TryGetValue(AuthorityHost, out string? text)
            && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out authority))
            throw new JsonException($"The {AuthorityHost} of a token source is no address.");
        return new(authority, options.GetValueOrDefault(TenantId));
    }
}
