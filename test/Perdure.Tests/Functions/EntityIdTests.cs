using System.Text.Json;
using Perdure.Core.Identity;
using Perdure.Json;

namespace Perdure.Tests.Functions;

public class EntityIdTests
{
    [Fact]
    public void A_name_has_no_case_and_a_key_has_one()
    {
        EntityId id = new("Counter", "A@b");

        id.EntityName.ShouldBe("counter");
        id.EntityKey.ShouldBe("A@b");
        id.ToString().ShouldBe("@counter@A@b");
        (id == new EntityId("COUNTER", "A@b")).ShouldBeTrue();
        (id != new EntityId("counter", "a@b")).ShouldBeTrue();
        id.GetHashCode().ShouldBe(new EntityId("counter", "A@b").GetHashCode());
        new EntityId("counter", "").ToString().ShouldBe("@counter@");
    }

    [Theory]
    [InlineData("", "k", "'' cannot be the name of an entity: it is empty.")]
    [InlineData("a@b", "k", "it contains '@' at position 1")]
    [InlineData("a/b", "k", "it contains '/' at position 1")]
    [InlineData("a", "k?", "'k?' cannot be the key of an entity 'a': it contains '?' at position 1")]
    [InlineData("a", "k\n", "the control character U+000A at position 1")]
    public void What_is_not_allowed_is_refused_and_named(string name, string key, string text)
    {
        Should.Throw<ArgumentException>(() => new EntityId(name, key)).Message.ShouldContain(text);
        EntityId.TryParse($"@{name}@{key}", out EntityId parsed).ShouldBe(name == "a@b");
        if (name != "a@b")
            parsed.ShouldBe(default);
    }

    [Fact]
    public void The_whole_id_has_at_most_256_characters_and_no_half_of_a_pair()
    {
        new EntityId("name", new string('k', 250)).ToString().Length.ShouldBe(256);
        Should.Throw<ArgumentException>(() => new EntityId("name", new string('k', 251))).Message
            .ShouldContain("has 257 characters; at most 256 are allowed");
        // Not as data of a theory: an attribute cannot hold half a pair.
        Should.Throw<ArgumentException>(() => new EntityId("a", "k\ud800")).Message
            .ShouldContain("half of a surrogate pair at position 1");
        Should.Throw<ArgumentException>(() => new EntityId("a\udc00", "k")).Message
            .ShouldContain("half of a surrogate pair at position 1");
        new EntityId("a", "😀").EntityKey.ShouldBe("😀");
    }

    [Theory]
    [InlineData("@Counter@A@b", "counter", "A@b")]
    [InlineData("@counter@", "counter", "")]
    public void An_instance_id_is_split_at_its_second_at_sign(string text, string name, string key)
    {
        EntityId id = EntityId.Parse(text);

        id.ShouldBe(new EntityId(name, key));
        EntityId.TryParse(text, out EntityId same).ShouldBeTrue();
        same.ShouldBe(id);
        EntityInstanceIds.Is(text).ShouldBeTrue();
        EntityInstanceIds.Split(id.ToString()).Name.ShouldBe(name);
    }

    [Theory]
    [InlineData("counter", "it does not start with '@'")]
    [InlineData("", "it does not start with '@'")]
    [InlineData("@counter", "it has no second '@'")]
    [InlineData("@@k", "its name is wrong, it is empty")]
    [InlineData("@a@#", "its key is wrong, it contains '#' at position 0")]
    public void Other_texts_are_refused(string text, string problem)
    {
        Should.Throw<FormatException>(() => EntityId.Parse(text)).Message.ShouldContain(problem);
        EntityId.TryParse(text, out _).ShouldBeFalse();
        EntityId.TryParse(null, out _).ShouldBeFalse();
    }

    [Fact]
    public void Ids_are_ordered_by_code_units_of_the_instance_id()
    {
        EntityId[] ids = [new("b", "1"), new("a", "2"), new("a", "10"), new("a-b", "0"), new("a", "B")];

        ids.Order().Select(i => i.ToString()).ShouldBe(["@a-b@0", "@a@10", "@a@2", "@a@B", "@b@1"]);
        (ids[1] < ids[0] && ids[0] > ids[1] && ids[1] <= ids[1] && ids[1] >= ids[1]).ShouldBeTrue();
    }

    [Fact]
    public void Json_is_an_object_with_name_and_key()
    {
        EntityId id = new("Counter", "K");

        Write(id).ShouldBe("""{"name":"counter","key":"K"}""");
        Write(new Dictionary<EntityId, int> { [id] = 1 }).ShouldBe("""{"@counter@K":1}""");
        Write(default(EntityId)).ShouldBe("null");
        foreach (string json in (string[])[Write(id), """{"Key":"K","more":[1],"Name":"COUNTER"}""", "\"@Counter@K\""])
            Read<EntityId>(json).ShouldBe(id);
        Read<EntityId>("null").ShouldBe(default);
        Read<EntityId?>("null").ShouldBeNull();
        Read<Dictionary<EntityId, int>>("""{"@counter@K":1}""").ShouldContainKeyAndValue(id, 1);
    }

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"a","key":1}""")]
    [InlineData("""{"name":"a","key":"#"}""")]
    [InlineData("\"a\"")]
    [InlineData("1")]
    public void Json_that_names_no_entity_is_refused(string json) =>
        Should.Throw<JsonException>(() => Read<EntityId>(json));

    [Fact]
    public void The_default_value_names_no_entity()
    {
        default(EntityId).ToString().ShouldBe("");
        default(EntityId).EntityName.ShouldBe("");
        default(EntityId).ShouldBe(default);
        default(EntityId).ShouldNotBe(new EntityId("a", ""));
    }

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, JsonContract.Options);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonContract.Options)!;
}
