using System.Linq.Expressions;
using System.Reflection;
using Perdure.Core.History;
using Perdure.Json;

namespace Perdure.Functions;

/// <summary>
/// Brings everything that a function may return (nothing, a value, a task or a value task of either) to one shape. The
/// compiled calls use the generic methods; a result that is there already costs no task.
/// </summary>
internal static class FunctionResults
{
    private static readonly Type[] s_tasksOfValues = [typeof(Task<>), typeof(ValueTask<>)];

    /// <summary>The type of the value that a method returns in the end, or null when it returns none.</summary>
    public static Type? ValueType(MethodInfo method)
    {
        Type type = method.ReturnType;
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
            return null;
        return type.IsGenericType && s_tasksOfValues.Contains(type.GetGenericTypeDefinition())
            ? type.GetGenericArguments()[0]
            : type;
    }

    /// <summary>Reports a method whose result could never be stored.</summary>
    public static void Check(FunctionDescription function, List<string> problems)
    {
        if (Async(function.Method) is { } unstarted)
            problems.Add($"{function.Place} {unstarted}.");
        else if (Unwritable(function.Method) is { } problem)
            problems.Add($"{function.Place}: its result {problem}.");
    }

    /// <summary>Why the result of a method could never be stored, as the end of a sentence about the method.</summary>
    public static string? Problem(MethodInfo method) =>
        Async(method) ?? (Unwritable(method) is { } problem ? $"has a result that {problem}" : null);

    private static string? Async(MethodInfo method) =>
        ValueType(method) is { Namespace: "Microsoft.FSharp.Control", Name: "FSharpAsync`1" }
            ? "returns Async, which does not start by itself; return a Task, as task { } gives it"
            : null;

    private static string? Unwritable(MethodInfo method) =>
        ValueType(method) is { } type ? JsonContract.Problem(type, reading: false) : null;

    /// <summary>The call as an expression of type <see cref="ValueTask{Payload}"/>.</summary>
    public static Expression AsPayload(MethodCallExpression call, PayloadSerializer serializer, PayloadPlace place)
    {
        if (call.Type == typeof(void))
            return Expression.Block(call, Expression.Default(typeof(ValueTask<Payload>)));
        if (call.Type == typeof(Task) || call.Type == typeof(ValueTask))
            return Expression.Call(Own(nameof(Nothing), call.Type), call);
        return Expression.Call(
            Own(nameof(Something), call.Type, ValueType(call.Method)!),
            call, Expression.Constant(serializer), Expression.Constant(place));
    }

    /// <summary>The call as an expression of type <see cref="Task"/>.</summary>
    public static Expression AsTask(MethodCallExpression call)
    {
        if (call.Type == typeof(void))
            return Expression.Block(call, Expression.Constant(Task.CompletedTask));
        if (call.Type == typeof(ValueTask))
            return Expression.Call(call, nameof(ValueTask.AsTask), null);
        if (call.Type == typeof(Task))
            return Expression.Call(Own(nameof(NotNull), typeof(Task)), call);

        Type value = ValueType(call.Method)!;
        Expression task = call.Type == value ? Expression.Call(typeof(Task), nameof(Task.FromResult), [value], call)
            : call.Type.IsValueType ? Expression.Call(call, nameof(ValueTask<>.AsTask), null)
            : Expression.Call(Own(nameof(NotNull), typeof(Task)), call);
        return Expression.Convert(task, typeof(Task));
    }

    /// <summary>What reads the value of a task that <see cref="AsTask"/> gave.</summary>
    public static Func<Task, Payload> Reader(MethodInfo method, PayloadSerializer serializer, PayloadPlace place)
    {
        if (ValueType(method) is not { } value)
            return static _ => Payload.None;
        ParameterExpression task = Expression.Parameter(typeof(Task));
        MethodCallExpression read = Expression.Call(
            typeof(FunctionResults).GetMethod(nameof(Read), Statics)!.MakeGenericMethod(value),
            task, Expression.Constant(serializer), Expression.Constant(place));
        return Expression.Lambda<Func<Task, Payload>>(read, task).Compile();
    }

    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The method of this class with this name whose first parameter takes <paramref name="first"/>.</summary>
    private static MethodInfo Own(string name, Type first, Type? value = null) =>
        typeof(FunctionResults).GetMethods(Statics)
            .Where(m => m.Name == name)
            .Select(m => value is null ? m : m.MakeGenericMethod(value))
            .Single(m => m.GetParameters()[0].ParameterType == first);

    private static Payload Read<T>(Task completed, PayloadSerializer serializer, PayloadPlace place) =>
        serializer.Serialize(((Task<T>)completed).GetAwaiter().GetResult(), place);

    private static Task NotNull(Task task) =>
        task ?? throw new InvalidOperationException("The function returned null in the place of a task.");

    private static ValueTask<Payload> Nothing(Task task) => Nothing(new ValueTask(NotNull(task)));

    private static ValueTask<Payload> Nothing(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            return WaitAsync(task);
        task.GetAwaiter().GetResult();
        return default;

        static async ValueTask<Payload> WaitAsync(ValueTask pending)
        {
            await pending;
            return Payload.None;
        }
    }

    private static ValueTask<Payload> Something<T>(T value, PayloadSerializer serializer, PayloadPlace place) =>
        new(serializer.Serialize(value, place));

    private static ValueTask<Payload> Something<T>(Task<T> task, PayloadSerializer serializer, PayloadPlace place) =>
        Something(new ValueTask<T>((Task<T>)NotNull(task)), serializer, place);

    private static ValueTask<Payload> Something<T>(ValueTask<T> task, PayloadSerializer serializer, PayloadPlace place)
    {
        return task.IsCompletedSuccessfully
            ? new(serializer.Serialize(task.Result, place))
            : WaitAsync(task, serializer, place);

        // Static, so that a result that is there already costs no closure.
        static async ValueTask<Payload> WaitAsync(
            ValueTask<T> pending, PayloadSerializer serializer, PayloadPlace place) =>
            serializer.Serialize(await pending, place);
    }
}
