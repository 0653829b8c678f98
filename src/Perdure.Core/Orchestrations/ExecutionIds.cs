using System.Security.Cryptography;
using System.Text;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// Public execution ids of executions that other executions create: derived, so that the core draws nothing.
/// A hash of the creator's id is as unique as the creator's id.
/// </summary>
internal static class ExecutionIds
{
    public static string Derive(string creator, int task)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{creator}/{task}"), hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
