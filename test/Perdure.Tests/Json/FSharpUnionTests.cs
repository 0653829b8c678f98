using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Perdure.Core.History;
using Perdure.Json;
using Perdure.Tests.FSharp;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Json;

public class FSharpUnionTests
{
    private static readonly PayloadPlace s_place = new(PayloadRole.ActivityResult, "FsArea");
    private readonly PayloadSerializer _serializer = new();

    [Fact]
    public void Unions_of_all_representations_travel()
    {
        Travels(Shape.Empty, "\"Empty\"");
        Travels(Shape.NewCircle(2.5), """{"Case":"Circle","Fields":[2.5]}""");
        Travels(Shape.NewBox(2, 3), """{"Case":"Box","Fields":[2,3]}""");
        Travels(
            Shape.NewGroup(ListModule.OfArray([Shape.Empty, Shape.NewCircle(1)])),
            """{"Case":"Group","Fields":[["Empty",{"Case":"Circle","Fields":[1]}]]}""");
        Travels(Color.Green, "\"Green\"");
        Travels(OrderId.NewOrderId("o-1"), """{"Case":"OrderId","Fields":["o-1"]}""");
        Travels(Pair.NewOne(1), """{"Case":"One","Fields":[1]}""");
        Travels(Pair.NewTwo(1, "x"), """{"Case":"Two","Fields":[1,"x"]}""");
        Travels(Measure.NewFeet(6), """{"Case":"Feet","Fields":[6]}""");
        Travels(Measure.Unknown, "\"Unknown\"");
        Travels(Maybe<int>.NewJust(5), """{"Case":"Just","Fields":[5]}""");
        Travels(Maybe<int>.Nothing, "\"Nothing\"");
        Travels(FSharpResult<int, string>.NewError("no"), """{"Case":"Error","Fields":["no"]}""");
    }

    [Fact]
    public void Records_options_lists_and_maps_travel()
    {
        Order order = new(
            OrderId.NewOrderId("o-1"),
            Shape.NewCircle(1),
            FSharpOption<string>.Some("gift"),
            MapModule.OfSeq([Tuple.Create("pen", 2)]),
            ListModule.OfArray(["new"]));

        Travels(
            order,
            """{"Id":{"Case":"OrderId","Fields":["o-1"]},"Shape":{"Case":"Circle","Fields":[1]},"""
            + "\"Note\":\"gift\",\"Lines\":{\"pen\":2},\"Tags\":[\"new\"]}");
        Travels(new Order(order.Id, Shape.Empty, null!, MapModule.Empty<string, int>(), FSharpList<string>.Empty),
            """{"Id":{"Case":"OrderId","Fields":["o-1"]},"Shape":"Empty","Note":null,"Lines":{},"Tags":[]}""");
    }

    [Theory]
    [InlineData("""{"Fields":[2.5],"Case":"Circle"}""")]
    [InlineData("""{"case":"Circle","note":{"deep":[1]},"fields":[2.5]}""")]
    public void The_order_and_case_of_the_members_do_not_matter(string json) =>
        _serializer.Deserialize<Shape>(Payload.Of(json), s_place).ShouldBe(Shape.NewCircle(2.5));

    [Fact]
    public void A_case_without_fields_is_read_in_both_forms()
    {
        _serializer.Deserialize<Shape>(Payload.Of("""{"Case":"Empty"}"""), s_place).ShouldBe(Shape.Empty);
        _serializer.Deserialize<Shape>(Payload.Of("""{"Case":"Empty","Fields":[]}"""), s_place).ShouldBe(Shape.Empty);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("\"Sphere\"")]
    [InlineData("\"Circle\"")]
    [InlineData("{}")]
    [InlineData("""{"Case":"Circle"}""")]
    [InlineData("""{"Case":"Circle","Fields":[]}""")]
    [InlineData("""{"Case":"Circle","Fields":[1,2]}""")]
    [InlineData("""{"Case":"Circle","Fields":{"radius":1}}""")]
    [InlineData("""{"Case":"Circle","Fields":["x"]}""")]
    [InlineData("""{"Case":"Circle","Fields":[null]}""")]
    [InlineData("""{"Case":"Group","Fields":[["Sphere"]]}""")]
    public void What_is_no_case_is_refused(string json)
    {
        PayloadException e = Should.Throw<PayloadException>(
            () => _serializer.Deserialize<Shape>(Payload.Of(json), s_place));

        e.Message.ShouldStartWith("Cannot read the result of activity 'FsArea' as Perdure.Tests.FSharp.Shape: ");
    }

    private void Travels<T>(T value, string json)
    {
        _serializer.Serialize(value, s_place).ToString().ShouldBe(json);
        _serializer.Serialize((object?)value, s_place).ToString().ShouldBe(json);
        _serializer.Deserialize<T>(Payload.Of(json), s_place).ShouldBe(value);
    }
}
