using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Functions;

/// <summary>Whether a function is switched off, by <c>[Disable]</c> or by its settings.</summary>
internal static class FunctionSwitch
{
    public static bool IsOff(FunctionDescription function, FunctionEnvironment environment, List<string> problems)
    {
        DisableAttribute? attribute = function.Method.GetCustomAttribute<DisableAttribute>();
        bool isOff = (attribute ?? function.Type.GetCustomAttribute<DisableAttribute>()) is { } disable
            && (disable.SettingName is null || IsOn(environment, disable.SettingName));
        if (function.Trigger is QueueTriggerAttribute or EventHubTriggerAttribute or TimerTriggerAttribute
            or HttpTriggerAttribute)
            return isOff || environment.OptionsOf(function).Disabled;
        if (attribute is not null)
        {
            problems.Add($"{function.Place} has [Disable], which is for functions of queues, streams, timers and HTTP; "
                + $"one with [{FunctionDescription.TextOf(function.Trigger)}] runs when it is asked for, so take it "
                + "away, or do not ask.");
        }
        return false;
    }

    private static bool IsOn(FunctionEnvironment environment, string setting) =>
        environment.Services.GetService<IConfiguration>()?[setting] is { } value
        && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase));
}
