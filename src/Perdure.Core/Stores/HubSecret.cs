namespace Perdure.Core.Stores;

/// <summary>
/// Random bytes that all nodes of a hub know and nobody else: they were drawn when the hub was created, and move with
/// it. The text of this is not theirs, so that no log line tells them.
/// </summary>
internal sealed class HubSecret(byte[] bytes) : IEquatable<HubSecret>
{
    public const int Length = 32;

    public byte[] Bytes => bytes;

    public bool Equals(HubSecret? other) => other is not null && bytes.AsSpan().SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => Equals(obj as HubSecret);

    public override int GetHashCode() => bytes.Length;

    public override string ToString() => "(secret)";
}
