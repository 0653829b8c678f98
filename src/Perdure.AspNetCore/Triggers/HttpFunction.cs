using System.Reflection;
using Microsoft.AspNetCore.Http;
using Perdure.Functions;

namespace Perdure.AspNetCore.Triggers;

/// <summary>What the compiled call of an HTTP function works on.</summary>
/// <param name="Target">The object that the method is called on; null for a static method.</param>
/// <param name="Context">The request.</param>
/// <param name="Values">What was read of the request for the parameters, in their order.</param>
internal readonly record struct HttpCall(object? Target, HttpContext Context, object?[] Values);

/// <summary>A function with an HTTP trigger, ready to be called: no reflection is left.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Level">Who may call it.</param>
/// <param name="Route">Where it is served.</param>
/// <param name="Arguments">What is read of a request before the call.</param>
/// <param name="Target">What makes the object that the method is called on.</param>
/// <param name="Call">Calls the method; gives what it returned, or <see cref="HttpResults.None"/>.</param>
/// <param name="Result">The type of what it returns in the end; null when it returns nothing.</param>
internal sealed record HttpFunction(
    string Name,
    AuthorizationLevel Level,
    HttpRoute Route,
    IReadOnlyList<HttpArgument> Arguments,
    FunctionTarget Target,
    Func<HttpCall, ValueTask<object?>> Call,
    Type? Result);

/// <summary>Where the value of a parameter stands in a request.</summary>
internal enum HttpPlace
{
    /// <summary>It is the request as a whole.</summary>
    Request,

    Body,
    Route,
    Query,
}

/// <summary>A parameter whose value is read of the request.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Place">Where the value stands.</param>
/// <param name="ReadAsync">
/// Reads it. What is wrong with the request is a <see cref="Management.RequestRefusedException"/>.
/// </param>
internal sealed record HttpArgument(
    ParameterInfo Parameter, HttpPlace Place, Func<HttpContext, ValueTask<object?>> ReadAsync)
{
    /// <summary>Its place among the parameters.</summary>
    public int Position => Parameter.Position;

    /// <summary>Whether a request without it is refused.</summary>
    public bool IsRequired => !Parameter.HasDefaultValue && !Optional.MayBeNull(Parameter);
}
