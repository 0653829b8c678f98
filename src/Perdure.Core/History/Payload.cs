using System.Text;

namespace Perdure.Core.History;

/// <summary>
/// A value of a user as it is stored and sent: one JSON text in UTF-8, never parsed by the engine. No value at all
/// (<see cref="None"/>) differs from the JSON <c>null</c>. Equality is that of the bytes.
/// </summary>
internal readonly struct Payload(ReadOnlyMemory<byte> json) : IEquatable<Payload>
{
    public static readonly Payload None;

    public ReadOnlyMemory<byte> Json { get; } = json;

    public ReadOnlySpan<byte> Span => Json.Span;

    public bool IsNone => Json.IsEmpty;

    public int Length => Json.Length;

    /// <summary>From a JSON text; for tests and for text that the engine itself writes.</summary>
    public static Payload Of(string json) => new(Encoding.UTF8.GetBytes(json));

    /// <summary>A copy that keeps no other buffer alive.</summary>
    public Payload Detach() => IsNone ? this : new(Json.ToArray());

    public bool Equals(Payload other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is Payload other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public override string ToString() => IsNone ? "" : Encoding.UTF8.GetString(Span);
}
