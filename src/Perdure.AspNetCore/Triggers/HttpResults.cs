using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Perdure.Functions;

namespace Perdure.AspNetCore.Triggers;

/// <summary>
/// Brings everything that a function may return (nothing, a value, a task or a value task of either) to one shape.
/// </summary>
internal static class HttpResults
{
    /// <summary>Stands for what a method without a result returns.</summary>
    public static readonly object None = new();

    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Type[] s_answers =
        [
            typeof(IActionResult), typeof(IConvertToActionResult), typeof(IResult), typeof(HttpResponseMessage),
            typeof(Stream),
        ];

    /// <summary>Reports a method whose result could never be an answer.</summary>
    public static void Check(FunctionDescription function, List<string> problems)
    {
        Type? type = FunctionResults.ValueType(function.Method);
        if (type is null || !s_answers.Any(a => a.IsAssignableFrom(type)))
            FunctionResults.Check(function, problems);
    }

    /// <summary>The call as an expression of type <see cref="ValueTask{T}"/> of an object.</summary>
    public static Expression AsValue(MethodCallExpression call)
    {
        if (call.Type == typeof(void))
            return Expression.Block(call, Expression.Call(typeof(HttpResults), nameof(Nothing), null));
        Type type = call.Type;
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        string name = type == typeof(Task) || definition == typeof(Task<>) ? nameof(OfTaskAsync)
            : type == typeof(ValueTask) || definition == typeof(ValueTask<>) ? nameof(OfValueTaskAsync)
            : nameof(OfValue);
        Type[] arguments = definition is null || name == nameof(OfValue) ? [] : type.GetGenericArguments();
        MethodInfo method = typeof(HttpResults).GetMethods(Statics)
            .Single(m => m.Name == name && m.GetGenericArguments().Length == arguments.Length);
        return name == nameof(OfValue)
            ? Expression.Call(method, Expression.Convert(call, typeof(object)))
            : Expression.Call(arguments.Length == 0 ? method : method.MakeGenericMethod(arguments), call);
    }

    private static ValueTask<object?> Nothing() => new(None);

    private static ValueTask<object?> OfValue(object? value) => new(value);

    private static async ValueTask<object?> OfTaskAsync(Task task)
    {
        await NotNull(task);
        return None;
    }

    private static async ValueTask<object?> OfTaskAsync<T>(Task<T> task)
    {
        await NotNull(task);
        return await task;
    }

    private static async ValueTask<object?> OfValueTaskAsync(ValueTask task)
    {
        await task;
        return None;
    }

    private static async ValueTask<object?> OfValueTaskAsync<T>(ValueTask<T> task) => await task;

    private static Task NotNull(Task task) =>
        task ?? throw new InvalidOperationException("The function returned null in the place of a task.");
}
