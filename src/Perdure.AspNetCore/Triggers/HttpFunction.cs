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

/// <summary>A parameter whose value is read of the request.</summary>
/// <param name="Position">Its place among the parameters.</param>
/// <param name="ReadAsync">
/// Reads it. What is wrong with the request is a <see cref="Management.RequestRefusedException"/>.
/// </param>
internal sealed record HttpArgument(int Position, Func<HttpContext, ValueTask<object?>> ReadAsync);
