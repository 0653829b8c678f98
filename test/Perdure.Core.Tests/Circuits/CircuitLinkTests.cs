using Perdure.Core.Circuits;
using Perdure.Core.Stores;

namespace Perdure.Core.Tests.Circuits;

public class CircuitLinkTests
{
    private static readonly HubSecret s_secret = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    [Fact]
    public void A_token_says_which_opening_of_which_circuit()
    {
        string token = CircuitLink.Create(s_secret, "fn:Pay all", 7, 2_000);
        CircuitLink.Read(s_secret, token, 1_999, out _).ShouldBe(("fn:Pay all", 7L));
    }

    [Fact]
    public void One_that_has_run_out_is_refused()
    {
        string token = CircuitLink.Create(s_secret, "pay", 7, 2_000);
        CircuitLink.Read(s_secret, token, 2_000, out string problem).ShouldBeNull();
        problem.ShouldBe("it has run out");
    }

    [Fact]
    public void A_forged_one_is_refused()
    {
        string token = CircuitLink.Create(s_secret, "pay", 7, 2_000);
        CircuitLink.Read(new HubSecret(new byte[32]), token, 0, out _).ShouldBeNull("another hub");
        for (int i = 0; i < token.Length; i++)
        {
            char other = token[i] == 'A' ? 'B' : 'A';
            string forged = $"{token[..i]}{other}{token[(i + 1)..]}";
            if (CircuitLink.Read(s_secret, forged, 0, out _) is { } read)
                throw new InvalidOperationException($"'{forged}' was taken for {read}.");
        }
        foreach (string nonsense in new[] { "", ".", "a", "a.b", "%.%", token + "x", token.Replace(".", "..") })
            CircuitLink.Read(s_secret, nonsense, 0, out _).ShouldBeNull(nonsense);
    }
}
