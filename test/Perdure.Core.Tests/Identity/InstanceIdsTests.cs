using Perdure.Core.Identity;

namespace Perdure.Core.Tests.Identity;

public class InstanceIdsTests
{
    [Theory]
    [InlineData("a"), InlineData("order 17"), InlineData("a@b"), InlineData("größe-🚀"), InlineData("0"),
        InlineData("a.b:c|d%e")]
    public void A_good_id_has_no_problem(string id) => InstanceIds.Problem(id).ShouldBeNull();

    [Theory]
    [InlineData("", "0 characters")]
    [InlineData("@counter@1", "entities")]
    [InlineData("a/b", "'/' at position 1")]
    [InlineData("a\\b", "'\\'")]
    [InlineData("#", "'#' at position 0")]
    [InlineData("ab?", "'?' at position 2")]
    [InlineData("a\0", "U+0000")]
    [InlineData("a\nb", "U+000A at position 1")]
    [InlineData("\u0085", "U+0085")]
    public void A_bad_id_is_told_what_is_wrong(string id, string says) => InstanceIds.Problem(id)!.ShouldContain(says);

    [Fact]
    public void Half_a_character_is_a_problem()
    {
        InstanceIds.Problem("a\ud83d")!.ShouldContain("surrogate");
        InstanceIds.Problem("\ude80a")!.ShouldContain("position 0");
        InstanceIds.Problem("\ud83d\ud83d\ude80")!.ShouldContain("position 0");
    }

    [Fact]
    public void The_length_is_from_1_to_100()
    {
        InstanceIds.Problem(new string('x', 100)).ShouldBeNull();
        InstanceIds.Problem(new string('x', 101))!.ShouldContain("101");
        Should.Throw<ArgumentNullException>(() => InstanceIds.Problem(null));
    }

    [Theory]
    // The check value of the Castagnoli polynomial, and the vectors of RFC 3720, B.4, that are text.
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("", 0u)]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0x8A9136AAu)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void The_partition_is_CRC_32C_of_the_id(string id, uint crc)
    {
        foreach (int count in (int[])[1, 4, 32, 1000, int.MaxValue])
            InstanceIds.Partition(id, count).ShouldBe((int)(crc % (uint)count));
    }

    [Fact]
    public void The_partition_is_that_of_the_UTF_8_bytes_whatever_their_number()
    {
        foreach (string id in (string[])["ü", "🚀🚀🚀", new string('ü', 100), new string('€', 256)])
            InstanceIds.Partition(id, int.MaxValue)
                .ShouldBe((int)(Bitwise(System.Text.Encoding.UTF8.GetBytes(id)) % int.MaxValue));
    }

    /// <summary>The definition, bit by bit.</summary>
    private static uint Bitwise(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
        }
        return ~crc;
    }
}
