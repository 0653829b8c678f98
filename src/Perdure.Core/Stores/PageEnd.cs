using System.Globalization;

namespace Perdure.Core.Stores;

/// <summary>
/// The last instance of a page, and where the next page goes on: the text is the continuation of a query.
/// </summary>
internal readonly record struct PageEnd(long Created, string Id)
{
    public static PageEnd Of(InstanceRow row) => new(row.Created, row.Id);

    /// <exception cref="FormatException">The text is not a continuation that a store has given.</exception>
    public static PageEnd Parse(string continuation)
    {
        int colon = continuation.IndexOf(':', StringComparison.Ordinal);
        var number = continuation.AsSpan(0, Math.Max(colon, 0));
        return long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long created)
            ? new(created, continuation[(colon + 1)..])
            : throw new FormatException(
                $"'{continuation}' is not a continuation token of this hub; pass the one of the previous page "
                + "unchanged.");
    }

    public bool IsBefore(InstanceRow row) =>
        Created < row.Created || (Created == row.Created && Utf8Order.Instance.Compare(Id, row.Id) < 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Created}:{Id}");
}
