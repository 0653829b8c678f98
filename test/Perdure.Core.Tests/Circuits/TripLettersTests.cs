using Perdure.Core.Circuits;
using Perdure.Core.Stores;

namespace Perdure.Core.Tests.Circuits;

public sealed class TripLettersTests
{
    [Fact]
    public void What_stands_between_those_that_are_known_or_behind_them_is_found()
    {
        HashSet<DeadLetterKey> known = [new(1, 2), new(1, 4), new(2, 1), new(3, 1)];
        DeadLetterRow[] active =
        [
            Row(1, 1, at: 9), Row(1, 2, at: 10), Row(1, 3, at: 10), Row(1, 4, at: 12), Row(1, 5, at: 15),
            Row(1, 6, at: 12, function: "Other"), Row(1, 7, at: 12, source: "stream other"),
            Row(2, 1, at: 50), Row(2, 2, at: 49), Row(2, 3, at: 51),
            Row(3, 1, at: 10, source: "queue payments"), Row(3, 2, at: 11, source: "queue payments"),
            Row(4, 1, at: 12), Row(1, 8, at: 13) with { Class = DeadLetterReason.Rejected },
        ];
        TripLetters.Unheard(active, known).ShouldBe([new(1, 3), new(1, 5), new(2, 3)]);
        TripLetters.Unheard(active, new HashSet<DeadLetterKey>()).ShouldBeEmpty();
    }

    private static DeadLetterRow Row(
        int partition, long number, long at, string source = "stream payments", string function = "Pay") => new()
    {
        Key = new(partition, number),
        Source = source,
        Function = function,
        EventId = $"{partition}-{number}",
        Class = DeadLetterReason.Exception,
        Fingerprint = "f",
        At = at,
        Record = default,
    };
}
