namespace Perdure;

/// <summary>
/// Makes the function run for every HTTP request to its route. The parameter is the request (<c>HttpRequest</c> or
/// <c>HttpRequestMessage</c>), its body as <see cref="string"/>, <c>byte[]</c> or <see cref="Stream"/>, or any type
/// that the JSON of the body fits.
/// </summary>
/// <remarks>
/// The package <c>Perdure.AspNetCore</c> serves these functions: call <c>app.MapPerdure()</c>. Other parameters take
/// values of the route and of the query by name. What the function returns is the answer: an <c>IActionResult</c>, an
/// <c>IResult</c>, an <c>HttpResponseMessage</c>, a text, or any value as JSON; nothing is 204.
/// </remarks>
/// <example>
/// <code>
/// [FunctionName("GetOrder")]
/// public static IResult GetOrder(
///     [HttpTrigger(AuthorizationLevel.Function, "get", Route = "orders/{id:int}")] HttpRequest request, int id) =>
///     id == 7 ? Results.Ok("tea") : Results.NotFound();
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute : Attribute
{
    /// <summary>For all methods, at the level <see cref="AuthorizationLevel.Function"/>.</summary>
    public HttpTriggerAttribute()
        : this(AuthorizationLevel.Function)
    {
    }

    /// <summary>At the level <see cref="AuthorizationLevel.Function"/>.</summary>
    /// <param name="methods">The methods, in any case; none means all.</param>
    public HttpTriggerAttribute(params string[] methods)
        : this(AuthorizationLevel.Function, methods)
    {
    }

    /// <summary>For these callers and methods.</summary>
    /// <param name="authLevel">Who may call the function.</param>
    /// <param name="methods">The methods, in any case; none means all.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods ?? [];
    }

    /// <summary>
    /// The route below the prefix (<c>api</c>), with parameters, constraints and defaults as ASP.NET Core has them:
    /// <c>products/{category:alpha}/{id:int?}</c>. Null, the default, and an empty text mean the name of the function.
    /// </summary>
    public string? Route { get; set; }

    /// <summary>The methods that the function answers; none means all.</summary>
    public string[] Methods { get; }

    /// <summary>Who may call the function.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
