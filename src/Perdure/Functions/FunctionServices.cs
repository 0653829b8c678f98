using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Functions;

/// <summary>
/// Which services a function can ask for; asked when the host starts, so that no call fails for want of one.
/// </summary>
internal sealed class FunctionServices(IServiceProvider services)
{
    // Containers other than the usual one may not be able to tell; then the first call does.
    private readonly IServiceProviderIsService? _known = services.GetService<IServiceProviderIsService>();

    /// <summary>Whether the container can give this parameter.</summary>
    public bool Has(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? _known is not IServiceProviderIsKeyedService known
                || known.IsKeyedService(parameter.ParameterType, keyed.Key)
            : Has(parameter.ParameterType);

    public bool Has(Type type) => _known is null || _known.IsService(type);

    /// <summary>
    /// The constructor that makes objects of a class: the one that is marked, else the only public one. Null after a
    /// problem.
    /// </summary>
    public ConstructorInfo? Constructor(Type type, List<string> problems)
    {
        ConstructorInfo[] all = type.GetConstructors();
        ConstructorInfo? constructor =
            all.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? (all.Length == 1 ? all[0] : null);
        if (constructor is null)
        {
            problems.Add($"{TypeText.Of(type)} has {all.Length} public constructors; a class with functions "
                + "that are not static has one, or marks one with [ActivatorUtilitiesConstructor].");
            return null;
        }
        foreach (ParameterInfo parameter in constructor.GetParameters())
        {
            if (!parameter.HasDefaultValue && !Has(parameter))
                problems.Add($"{TypeText.Of(type)}: its constructor wants '{parameter.Name}' of type "
                    + $"{TypeText.Of(parameter.ParameterType)}, and no such service is registered.");
        }
        return constructor;
    }
}
