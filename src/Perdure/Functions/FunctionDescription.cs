using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Perdure.Core.Versioning;

namespace Perdure.Functions;

/// <summary>A method that says it is a function, as its attributes tell.</summary>
/// <param name="Name">The name of the function.</param>
/// <param name="Type">The class that it is called on, which may inherit the method.</param>
/// <param name="Method">The method.</param>
/// <param name="Trigger">The attribute that makes it run.</param>
/// <param name="Parameter">The parameter that has this attribute.</param>
internal sealed partial record FunctionDescription(
    string Name, Type Type, MethodInfo Method, Attribute Trigger, ParameterInfo Parameter)
{
    /// <summary>For messages.</summary>
    public string Place => PlaceOf(Type, Method);

    /// <summary>Whether the method says that it is a function at all.</summary>
    public static bool IsFunction(MethodInfo method) =>
        method.IsDefined(typeof(FunctionNameAttribute)) || Triggers(method).Any();

    /// <summary>
    /// Whether it is the parameter with the trigger. Compared by place: when two hosts of a process look at a method
    /// for the first time at once, reflection gives each of them objects of its own.
    /// </summary>
    public bool IsTriggered(ParameterInfo parameter) => parameter.Position == Parameter.Position;

    /// <summary>
    /// Reads a method that <see cref="IsFunction"/>; null after a problem that leaves nothing to go on with.
    /// </summary>
    public static FunctionDescription? Read(Type type, MethodInfo method, List<string> problems)
    {
        string place = PlaceOf(type, method);
        (Attribute Trigger, ParameterInfo Parameter)[] triggers = [.. Triggers(method)];
        if (triggers.Length == 0)
        {
            problems.Add($"{place} has [FunctionName], but no parameter has a trigger, such as [OrchestrationTrigger], "
                + "[ActivityTrigger] or [EntityTrigger].");
            return null;
        }
        if (triggers.Length > 1)
        {
            problems.Add($"{place} has {triggers.Length} triggers "
                + $"({string.Join(", ", triggers.Select(t => $"[{TextOf(t.Trigger)}]"))}); a function has one.");
            return null;
        }

        var (trigger, parameter) = triggers[0];
        FunctionDescription description = new(NameOf(method, trigger), type, method, trigger, parameter);
        description.CheckName(problems);
        description.CheckMethod(problems);
        return method.ContainsGenericParameters ? null : description;
    }

    public static string PlaceOf(Type type, MethodInfo method) => $"{TypeText.Of(type)}.{method.Name}";

    /// <summary>An attribute as it stands in the source.</summary>
    public static string TextOf(Attribute attribute) => attribute.GetType().Name[..^nameof(Attribute).Length];

    private static IEnumerable<(Attribute, ParameterInfo)> Triggers(MethodInfo method) =>
        from parameter in method.GetParameters()
        from attribute in parameter.GetCustomAttributes()
        where attribute is OrchestrationTriggerAttribute or ActivityTriggerAttribute or EntityTriggerAttribute
            or HttpTriggerAttribute or QueueTriggerAttribute or EventHubTriggerAttribute or TimerTriggerAttribute
        select (attribute, parameter);

    /// <summary>
    /// The version of the instances that an orchestration runs; null for none, and for other functions.
    /// </summary>
    public string? Version =>
        Trigger is OrchestrationTriggerAttribute { Version: { Length: > 0 } version } ? version : null;

    private static string NameOf(MethodInfo method, Attribute trigger) =>
        trigger switch
        {
            OrchestrationTriggerAttribute orchestration => orchestration.Orchestration,
            ActivityTriggerAttribute activity => activity.Activity,
            EntityTriggerAttribute entity => entity.EntityName,
            HttpTriggerAttribute or QueueTriggerAttribute or EventHubTriggerAttribute or TimerTriggerAttribute => null,
            _ => throw new UnreachableException($"No name for {trigger.GetType()}."),
        }
        ?? method.GetCustomAttribute<FunctionNameAttribute>()?.Name
        ?? method.Name;

    private void CheckName(List<string> problems)
    {
        if (Version is { } version && VersionText.Problem(version) is { } problem)
            problems.Add($"{Place}: '{version}' cannot be a version: {problem}.");
        if (Name is null || !NameRule.IsMatch(Name))
            problems.Add($"{Place}: '{Name}' cannot be the name of a function. A name starts with a letter from "
                + "a to z, goes on with letters, digits, '_' and '-', and has at most 128 characters."
                + (Name is ['@', ..] ? " A leading '@' marks entities." : ""));
        else if (Name.Equals("host", StringComparison.OrdinalIgnoreCase))
            problems.Add($"{Place}: the name 'host' is reserved.");
    }

    private void CheckMethod(List<string> problems)
    {
        if (!Method.IsPublic)
            problems.Add($"{Place} is not public; a function is.");
        if (Method.IsGenericMethodDefinition)
            problems.Add($"{Place} is generic; a function is not.");
        if (Type.IsGenericTypeDefinition)
            problems.Add($"{Place} is in a generic class; a function is not.");
        if (Method.ReturnType == typeof(void)
            && Method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            problems.Add($"{Place} is async void, so nobody could know when it ends; return a Task.");
        }
    }

    // Not by ignoring case: that would let in the Kelvin sign as a k.
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_\-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameRule { get; }
}
