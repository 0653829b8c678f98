using System.Globalization;
using System.Net;

namespace Perdure.Http;

/// <summary>Names of hosts in the one form in which they are compared.</summary>
internal static class HostNames
{
    /// <summary>
    /// Where clouds answer with the machine's credentials. Their addresses are link-local and refused as such; the
    /// names are refused as well, because a resolver may say something else.
    /// </summary>
    private static readonly HashSet<string> s_metadata = new(StringComparer.Ordinal)
    {
        "metadata.google.internal", "metadata.goog", "metadata.azure.internal", "instance-data.ec2.internal",
        "metadata.tencentyun.com",
    };

    /// <summary>Lower case, in ASCII, without brackets and without the dot at the end.</summary>
    public static string Normal(string host)
    {
        string name = host.Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(name, out IPAddress? address))
            return AddressRanges.Plain(address).ToString();
        try
        {
            // Lower case first: without data on languages, IDNA leaves letters beyond ASCII as they are.
            return new IdnMapping().GetAscii(name.ToLowerInvariant()).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Not a name that IDNA knows (an underscore, a label that is too long): compared as it is.
            return name.ToLowerInvariant();
        }
    }

    /// <summary>Whether the name, in its normal form, is that of a metadata service.</summary>
    public static bool IsMetadata(string normal) => s_metadata.Contains(normal);
}
