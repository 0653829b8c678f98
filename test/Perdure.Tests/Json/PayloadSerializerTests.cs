using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Perdure.Core.History;
using Perdure.Json;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Json;

public class PayloadSerializerTests
{
    private static readonly PayloadPlace s_place = new(PayloadRole.ActivityInput, "Book");
    private readonly PayloadSerializer _serializer = new();

    [Theory]
    [InlineData("Tokyo", "\"Tokyo\"")]
    [InlineData("", "\"\"")]
    [InlineData(42, "42")]
    [InlineData(true, "true")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    [InlineData("\"<é+日>&'", "\"\\\"<é+日>&'\"")]
    [InlineData("a\u0000b", "\"a\\u0000b\"")]
    [InlineData("😀", "\"\\uD83D\\uDE00\"")]
    [InlineData("\ufffd", "\"\ufffd\"")]
    public void Scalars_are_written_plainly_and_come_back(object value, string json)
    {
        Payload payload = _serializer.Serialize(value, s_place);

        payload.ToString().ShouldBe(json);
        _serializer.Deserialize(value.GetType(), payload, s_place).ShouldBe(value);
    }

    [Fact]
    public void Declared_and_runtime_type_write_the_same_for_plain_types()
    {
        _serializer.Serialize("Tokyo", s_place).ShouldBe(_serializer.Serialize((object)"Tokyo", s_place));
        _serializer.Serialize<object>("Tokyo", s_place).ToString().ShouldBe("\"Tokyo\"");
        _serializer.Serialize<IEnumerable<int>>([1, 2], s_place).ToString().ShouldBe("[1,2]");
    }

    [Fact]
    public void Value_tuples_travel_with_the_names_of_their_fields()
    {
        Payload payload = _serializer.Serialize(("ComputerScience", 3), s_place);

        payload.ToString().ShouldBe("""{"Item1":"ComputerScience","Item2":3}""");
        _serializer.Deserialize<(string Major, int Year)>(payload, s_place).ShouldBe(("ComputerScience", 3));
        var nine = (1, 2, 3, 4, 5, 6, 7, 8, "nine");
        payload = _serializer.Serialize(nine, s_place);
        _serializer.Deserialize<(int, int, int, int, int, int, int, int, string)>(payload, s_place).ShouldBe(nine);
    }

    [Fact]
    public void Names_are_written_as_declared_and_read_in_any_case()
    {
        Ticket ticket = new("A1", [new DateOnly(2026, 5, 1)], Class.First);

        Payload payload = _serializer.Serialize(ticket, s_place);

        payload.ToString().ShouldBe("""{"Code":"A1","Dates":["2026-05-01"],"Class":1}""");
        Ticket back = _serializer.Deserialize<Ticket>(
            Payload.Of("""{"code":"A1","DATES":["2026-05-01"],"class":1}"""), s_place);
        back.Code.ShouldBe("A1");
        back.Dates.ShouldBe(ticket.Dates);
        back.Class.ShouldBe(Class.First);
    }

    [Fact]
    public void Anonymous_objects_are_written_and_read_as_elements()
    {
        Payload payload = _serializer.Serialize<object>(
            new { major = "CS", year = 3, courses = (string[])["Logic"] }, s_place);

        payload.ToString().ShouldBe("""{"major":"CS","year":3,"courses":["Logic"]}""");
        object element = _serializer.Deserialize<object>(payload, s_place);
        element.ShouldBeOfType<JsonElement>().GetProperty("year").GetInt32().ShouldBe(3);
        _serializer.Serialize(element, s_place).ShouldBe(payload);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData(" null\n")]
    public void Nothing_and_null_are_the_default(string json)
    {
        Payload payload = Payload.Of(json);

        _serializer.Deserialize<int>(payload, s_place).ShouldBe(0);
        _serializer.Deserialize<string?>(payload, s_place).ShouldBeNull();
        _serializer.Deserialize<(string, int)>(payload, s_place).ShouldBe(default);
        _serializer.Deserialize(typeof(int), payload, s_place).ShouldBe(0);
        _serializer.Deserialize(typeof(int?), payload, s_place).ShouldBeNull();
        _serializer.Deserialize(typeof(string), payload, s_place).ShouldBeNull();
    }

    [Fact]
    public void Null_is_no_payload()
    {
        _serializer.Serialize((object?)null, s_place).IsNone.ShouldBeTrue();
        _serializer.Serialize<string?>(null, s_place).IsNone.ShouldBeTrue();
        _serializer.Serialize<int?>(null, s_place).IsNone.ShouldBeTrue();
    }

    [Fact]
    public void A_family_of_types_comes_back_whole_though_only_the_runtime_type_is_known()
    {
        Payload payload = _serializer.Serialize((object)new Train("IC 5"), s_place);

        payload.ToString().ShouldBe("""{"$type":"train","Number":"IC 5"}""");
        _serializer.Deserialize<Trip>(payload, s_place).ShouldBe(new Train("IC 5"));
        _serializer.Deserialize<Train>(payload, s_place).ShouldBe(new Train("IC 5"));
        _serializer.Serialize((object)new Walk(), s_place).ToString().ShouldBe("{}");
    }

    public static TheoryData<object> IllFormed => new()
    {
        "\ud800", "a\udc00b", "\udc00\ud800", "😀\ud83d", "&\"\ud800x", new string('x', 500) + "\ud801",
        '\ud800',
        new Ticket("\udfff", [], Class.First),
        new Dictionary<string, int> { ["\ud800"] = 1 },
        new[] { "fine", "\ud900" },
        ("\ud800", 1),
        new { Deep = new { Text = "x\ud800" } },
        new Uri("https://example.org/\ud800", UriKind.RelativeOrAbsolute).OriginalString,
        JsonValue.Create("\ud800"),
        JsonElement.Parse("\"\\ud800\""u8),
    };

    [Theory]
    [MemberData(nameof(IllFormed), DisableDiscoveryEnumeration = true)]
    public void Half_a_surrogate_pair_is_refused_wherever_it_is(object value)
    {
        PayloadException e = Should.Throw<PayloadException>(() => _serializer.Serialize(value, s_place));

        e.FunctionName.ShouldBe("Book");
        e.Message.ShouldContain("the input of activity 'Book'");
        e.Message.ShouldContain("surrogate");
        _serializer.Serialize("next", s_place).ToString().ShouldBe("\"next\"");
    }

    [Fact]
    public void Stored_halves_of_surrogate_pairs_are_refused_as_well()
    {
        PayloadException e = Should.Throw<PayloadException>(
            () => _serializer.Deserialize<string>(Payload.Of("\"\\ud800\""), s_place));

        e.Message.ShouldBe("Cannot read the input of activity 'Book' as System.String: a JSON string is stored.");
    }

    [Theory]
    [InlineData("\"secret\"", "a JSON string is stored.")]
    [InlineData("{\"a\":\"secret\"}", "a JSON object is stored.")]
    [InlineData("[\"secret\"]", "a JSON array is stored.")]
    [InlineData("1.5", "a JSON number is stored.")]
    [InlineData("true", "a JSON boolean is stored.")]
    [InlineData("secret", "something that is not JSON is stored.")]
    [InlineData("1 secret", "a JSON number is stored.")]
    public void What_does_not_fit_is_told_by_kind_and_not_by_content(string json, string told)
    {
        PayloadException e = Should.Throw<PayloadException>(
            () => _serializer.Deserialize<int>(Payload.Of(json), new(PayloadRole.ActivityResult, "Foo")));

        e.Message.ShouldBe("Cannot read the result of activity 'Foo' as System.Int32: " + told);
        e.PayloadType.ShouldBe(typeof(int));
        e.FunctionName.ShouldBe("Foo");
        e.InnerException.ShouldBeOfType<JsonException>();
    }

    [Fact]
    public void The_place_of_a_misfit_inside_is_told()
    {
        PayloadException e = Should.Throw<PayloadException>(() => _serializer.Deserialize<List<(string, Ticket)>>(
            Payload.Of("""[{"Item1":"a","Item2":{"Code":5}}]"""), s_place));

        e.Message.ShouldBe("Cannot read the input of activity 'Book' as System.Collections.Generic.List<"
            + "System.ValueTuple<System.String, Perdure.Tests.Json.PayloadSerializerTests.Ticket>>: "
            + "a JSON array is stored; it fails at $[0].Item2.Code.");
    }

    [Fact]
    public void Values_that_cannot_be_written_are_refused_and_leave_nothing_behind()
    {
        Node ring = new();
        ring.Next = ring;
        object[] values = [ring, new Broken(), new Action(() => { }), typeof(int), new byte[2, 2], IntPtr.Zero];
        foreach (object value in values)
        {
            PayloadException e = Should.Throw<PayloadException>(() => _serializer.Serialize(value, s_place));
            e.Message.ShouldStartWith("Cannot write the input of activity 'Book' as JSON: ");
            e.PayloadType.ShouldBe(value.GetType());
            e.InnerException.ShouldNotBeNull();
            _serializer.Serialize((1, "next"), s_place).ToString().ShouldBe("""{"Item1":1,"Item2":"next"}""");
        }
    }

    [Fact]
    public void A_payload_over_the_limit_is_refused_with_its_size()
    {
        PayloadSerializer small = new(limit: 10_000);
        small.Serialize(new string('x', 9_998), s_place).Length.ShouldBe(10_000);

        PayloadException e = Should.Throw<PayloadException>(() => small.Serialize(new string('x', 9_999), s_place));

        e.Message.ShouldBe("Cannot store the input of activity 'Book': it has 10001 bytes of JSON; at most 10000 are "
            + "allowed. Keep large data elsewhere and pass a reference to it.");
        int[] many = new int[1_000_000];
        Should.Throw<PayloadException>(() => small.Serialize(many, s_place)).Message.ShouldContain("2000001 bytes");
        small.Serialize("next", s_place).ToString().ShouldBe("\"next\"");
        _serializer.Serialize(new string('x', 1024 * 1024 - 2), s_place).Length.ShouldBe(1024 * 1024);
        Should.Throw<PayloadException>(() => _serializer.Serialize(new string('é', 512 * 1024), s_place));
    }

    [Fact]
    public void A_getter_may_serialize_something_itself()
    {
        Payload payload = _serializer.Serialize(new Nosy(_serializer), s_place);

        payload.ToString().ShouldBe("""{"Before":1,"Inner":"\"inner\"","After":2}""");
    }

    [Fact]
    public void A_custom_status_is_measured_in_utf_16()
    {
        _serializer.SerializeCustomStatus(new string('日', 8_190), "Trip").Length.ShouldBe(3 * 8_190 + 2);
        _serializer.SerializeCustomStatus(null, "Trip").IsNone.ShouldBeTrue();

        ArgumentException e = Should.Throw<ArgumentException>(
            () => _serializer.SerializeCustomStatus(new string('x', 8_191), "Trip"));

        e.Message.ShouldStartWith(
            "The custom status of orchestration 'Trip' has 16386 bytes of UTF-16; at most 16384 are allowed.");
    }

    [Fact]
    public void Data_never_chooses_a_type()
    {
        Payload payload = Payload.Of("""{"$type":"System.IO.FileInfo, System.Runtime","Code":"x"}""");

        _serializer.Deserialize<object>(payload, s_place).ShouldBeOfType<JsonElement>();
        _serializer.Deserialize<Ticket>(payload, s_place).Code.ShouldBe("x");
        Should.Throw<PayloadException>(() => _serializer.Deserialize<Trip>(payload, s_place));
    }

    [Fact]
    public void Depth_has_a_limit_in_both_directions()
    {
        Node deep = new();
        for (int i = 0; i < 70; i++)
            deep = new() { Next = deep };
        Should.Throw<PayloadException>(() => _serializer.Serialize(deep, s_place));

        string json = new string('[', 65) + new string(']', 65);
        Should.Throw<PayloadException>(() => _serializer.Deserialize<JsonElement>(Payload.Of(json), s_place));
    }

    [Fact]
    public void Payloads_do_not_share_memory()
    {
        Payload first = _serializer.Serialize("first", s_place);
        Payload second = _serializer.Serialize("second and longer", s_place);

        first.ToString().ShouldBe("\"first\"");
        second.ToString().ShouldBe("\"second and longer\"");
        Encoding.UTF8.GetByteCount(first.ToString()).ShouldBe(first.Length);
    }

    public enum Class
    {
        Second,
        First,
    }

    public sealed record Ticket(string Code, ImmutableArray<DateOnly> Dates, Class Class);

    [JsonDerivedType(typeof(Train), "train")]
    public abstract record Trip;

    public sealed record Train(string Number) : Trip;

    public sealed record Walk : Trip;

    public sealed class Node
    {
        public Node? Next { get; set; }
    }

    public sealed class Broken
    {
        public string Text => throw new InvalidOperationException("The getter is broken.");
    }

    internal sealed class Nosy(PayloadSerializer serializer)
    {
        public int Before => 1;

        public string Inner => serializer.Serialize("inner", s_place).ToString();

        public int After => 2;
    }
}
