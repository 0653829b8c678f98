using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Perdure.Functions;

/// <summary>What compiling the call of a method needs, whatever kind of function it is.</summary>
internal sealed class MethodCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private readonly int _problemsBefore = problems.Count;

    /// <summary>What makes the object that the method is called on; null for a static method.</summary>
    public ConstructorInfo? Constructor { get; private set; }

    /// <summary>The logger of the function, as <see cref="ILogger"/>.</summary>
    public Expression Logger =>
        Expression.Constant(environment.Loggers.CreateLogger($"Function.{function.Name}"), typeof(ILogger));

    /// <summary>The call of the method; null when the function has had a problem since this was made.</summary>
    /// <param name="target">What gives the object; not used for a static method.</param>
    /// <param name="argument">What gives the value of a parameter; null after a problem.</param>
    public MethodCallExpression? Call(Expression target, Func<ParameterInfo, Expression?> argument)
    {
        MethodInfo method = function.Method;
        FunctionResults.Check(function, problems);
        if (!method.IsStatic)
            Constructor = services.Constructor(function.Type, problems);
        Expression?[] arguments = [.. method.GetParameters().Select(argument)];
        if (problems.Count > _problemsBefore)
            return null;
        return Expression.Call(
            method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!), method, arguments!);
    }

    public Expression? Problem(ParameterInfo parameter, string problem)
    {
        problems.Add($"{function.Place}: its parameter '{parameter.Name}' {problem}.");
        return null;
    }
}
