namespace Perdure;

/// <summary>What is allowed in the id of an entity; each answer is the end of a sentence, or null.</summary>
internal static class EntityIdRules
{
    /// <summary>Of the whole instance id, <c>@name@key</c>.</summary>
    public const int LengthMax = 256;

    public static string? NameProblem(string name)
    {
        if (name.Length == 0)
            return "it is empty";
        int at = name.IndexOf('@', StringComparison.Ordinal);
        return at >= 0
            ? $"it contains '@' at position {at}, which ends the name in an instance id"
            : TextProblem(name);
    }

    public static string? KeyProblem(string name, string key)
    {
        int length = name.Length + key.Length + 2;
        return length > LengthMax
            ? $"the instance id @name@key has {length} characters; at most {LengthMax} are allowed"
            : TextProblem(key);
    }

    private static string? TextProblem(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '/' or '\\' or '#' or '?')
                return $"it contains '{c}' at position {i}; none of / \\ # ? is allowed";
            if (char.IsControl(c))
                return $"it contains the control character U+{(int)c:X4} at position {i}";
            if (!char.IsSurrogate(c))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(c, text[i + 1]))
                return $"it contains half of a surrogate pair at position {i}";
            i++;
        }
        return null;
    }
}
