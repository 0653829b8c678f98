namespace Perdure.Analyzers.Calls;

/// <summary>What a type looks like as JSON.</summary>
internal enum JsonKind
{
    /// <summary>It may be anything, or nobody can tell.</summary>
    Any,

    /// <summary>A text, such as a string, a time or a GUID.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An array, of elements that are told apart.</summary>
    Array,

    /// <summary>An object with keys that are data.</summary>
    Map,

    /// <summary>A tuple, by its elements.</summary>
    Tuple,

    /// <summary>An object with the properties of its type.</summary>
    Object,
}
