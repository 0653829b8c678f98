using System.Linq.Expressions;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Compiles the call of one HTTP function: every parameter has an expression that gives its value.</summary>
internal sealed class HttpFunctionCompiler(
    FunctionDescription function, HttpFunctions functions, HttpRoute? route, HttpBody body, List<string> problems)
{
    private const string Choices =
        "An HTTP function takes its trigger, the parts of its route, values of the query, the request, "
        + "ClaimsPrincipal, ILogger, CancellationToken, clients with [DurableClient] and services";

    private readonly ParameterExpression _call = Expression.Parameter(typeof(HttpCall));
    private readonly List<HttpArgument> _arguments = [];
    private readonly MethodCompiler _method =
        new(function, functions.Environment, functions.Services, problems);

    /// <summary>The function, or null after a problem, which may be one of its route.</summary>
    public HttpFunction? Compile()
    {
        FunctionLimits.Refuse(function, "an HTTP function", problems);
        HttpResults.Check(function, problems);
        AuthorizationLevel level = ((HttpTriggerAttribute)function.Trigger).AuthLevel;
        if (!Enum.IsDefined(level))
            problems.Add($"{function.Place}: there is no authorization level {level}.");
        MethodCallExpression? call = _method.Call(Expression.Property(_call, nameof(HttpCall.Target)), Argument);
        if (call is null || route is null)
            return null;
        return new(
            function.Name,
            level,
            route,
            _arguments,
            new FunctionTarget(functions.Environment.Services, _method.Constructor, takesServices: false),
            Expression.Lambda<Func<HttpCall, ValueTask<object?>>>(HttpResults.AsValue(call), _call).Compile(),
            FunctionResults.ValueType(function.Method));
    }

    private MemberExpression Context => Expression.Property(_call, nameof(HttpCall.Context));

    private Expression? Argument(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return _method.Problem(parameter, "is passed by reference or lives on the stack only");
        if (OfRequest(parameter) is { } request)
            return request;
        if (function.IsTriggered(parameter))
            return Body(parameter);
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
            return _method.Client(parameter, client);
        if (type == typeof(ILogger))
            return _method.Logger;
        if (!parameter.IsDefined(typeof(FromKeyedServicesAttribute), inherit: false))
        {
            if (route?.Part(parameter.Name) is { } part)
                return OfRoute(parameter, part);
            if (SimpleText.Reader(type) is { } read)
                return Value(parameter, HttpPlace.Query, HttpValue.OfQuery(parameter, read));
        }
        return _method.Service(parameter, Expression.Property(Context, nameof(HttpContext.RequestServices)), Choices);
    }

    /// <summary>What every function can take, whether it is the parameter with the trigger or not.</summary>
    private Expression? OfRequest(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(HttpRequest))
            return Expression.Property(Context, nameof(HttpContext.Request));
        if (type == typeof(HttpContext))
            return Context;
        if (type == typeof(ClaimsPrincipal))
            return Expression.Property(Context, nameof(HttpContext.User));
        if (type == typeof(CancellationToken))
            return Expression.Property(Context, nameof(HttpContext.RequestAborted));
        return type == typeof(HttpRequestMessage)
            ? Value(parameter, HttpPlace.Request, static context => new(RequestMessages.Of(context)))
            : null;
    }

    private Expression? Body(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type != typeof(Stream) && JsonContract.Problem(type, reading: true) is { } problem)
            return _method.Problem(parameter, $"{problem}; [HttpTrigger] goes with HttpRequest, HttpRequestMessage, "
                + "string, byte[], Stream or a type that can be read from JSON");
        return Value(parameter, HttpPlace.Body, body.Reader(parameter));
    }

    private Expression? OfRoute(ParameterInfo parameter, RoutePatternParameterPart part)
    {
        Type type = parameter.ParameterType;
        if (SimpleText.Reader(type) is not { } read)
            return _method.Problem(parameter, $"is a part of the route, and a {TypeText.Of(type)} cannot be read "
                + "from a text");
        if (part.IsOptional && type.IsValueType && Nullable.GetUnderlyingType(type) is null
            && !parameter.HasDefaultValue)
            return _method.Problem(parameter, $"can be missing from the route, but {TypeText.Of(type)} has no value "
                + "for that; make it nullable, or give it a default");
        return Value(parameter, HttpPlace.Route, HttpValue.OfRoute(parameter, part, read));
    }

    private UnaryExpression Value(
        ParameterInfo parameter, HttpPlace place, Func<HttpContext, ValueTask<object?>> read)
    {
        _arguments.Add(new(parameter, place, read));
        return Expression.Convert(
            Expression.ArrayIndex(
                Expression.Property(_call, nameof(HttpCall.Values)), Expression.Constant(parameter.Position)),
            parameter.ParameterType);
    }
}
