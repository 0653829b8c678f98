using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Execution.Entities;

/// <summary>
/// A class whose objects hold the state of an entity and whose methods are its operations. Objects are made by services
/// and then filled from JSON.
/// </summary>
internal sealed class EntityClass<T> where T : class
{
    /// <summary>What the contract fills next; it is set and used in one go, on one thread.</summary>
    [ThreadStatic]
    private static T? t_made;

    private readonly EntityMethods _methods;
    private readonly PayloadSerializer _serializer;
    private readonly PayloadPlace _place;
    private readonly JsonTypeInfo<T> _contract;
    private readonly ConstructorInfo? _constructor;
    private readonly Func<IServiceProvider, object>? _createAlone;
    private readonly string? _problem;
    private Recipe? _recipe;

    public EntityClass(string entity, PayloadSerializer serializer)
    {
        _serializer = serializer;
        _place = new PayloadPlace(PayloadRole.EntityState, entity);
        _methods = new EntityMethods(typeof(T), entity, serializer);
        _contract = CreateContract();
        _constructor = typeof(T).GetConstructors() is [ConstructorInfo only] ? only : null;
        if (_constructor?.GetParameters().Length == 0)
            _createAlone = FunctionTarget.Creator(_constructor);
        _problem = Problem(entity);
    }

    /// <summary>The method for an operation, or null.</summary>
    /// <exception cref="InvalidOperationException">
    /// The class cannot hold the state of an entity, or the method is none for an operation.
    /// </exception>
    public EntityMethod? Find(string operation) =>
        _problem is null ? _methods.Find(operation) : throw new InvalidOperationException(_problem);

    /// <summary>Makes an object with what it needs, and without its state.</summary>
    public T Create(EntityScope scope, object[] arguments)
    {
        if (arguments.Length == 0 && _createAlone is not null)
            return (T)_createAlone(null!);
        if (arguments.Contains(null))
            throw new ArgumentException(
                $"An argument for the constructor of {TypeText.Of(typeof(T))} is null, and so does not say which "
                + "parameter it is for.", nameof(arguments));
        // Which of several constructors fits depends on the services; that is looked up each time.
        if (_constructor is null)
            return ActivatorUtilities.CreateInstance<T>(scope.Services, arguments);
        Type[] types = [.. arguments.Select(a => a.GetType())];
        Recipe? recipe = _recipe;
        if (recipe is null || !recipe.Arguments.SequenceEqual(types))
            _recipe = recipe = new Recipe(types, ActivatorUtilities.CreateFactory<T>(types));
        return recipe.Make(scope.Services, arguments);
    }

    /// <summary>
    /// Reads the state into an object. What the JSON does not name stays as the constructor has left it. A class with a
    /// converter of its own is made by that one, without services.
    /// </summary>
    public T Fill(T made, Payload json)
    {
        t_made = made;
        try
        {
            return _serializer.DeserializeBy(_contract, json, _place);
        }
        finally
        {
            t_made = null;
        }
    }

    private static JsonTypeInfo<T> CreateContract()
    {
        DefaultJsonTypeInfoResolver resolver = new();
        resolver.Modifiers.Add(static contract =>
        {
            if (contract.Type != typeof(T) || contract.Kind == JsonTypeInfoKind.None)
                return;
            // Only the outermost object is the one that is made; those within it are made as JSON makes them.
            Func<object>? usual = contract.CreateObject;
            contract.CreateObject = () => Take() ?? usual?.Invoke() ?? throw new NotSupportedException(
                $"{TypeText.Of(typeof(T))} within the state has no constructor without parameters.");
        });
        JsonSerializerOptions options = new(JsonContract.Options) { TypeInfoResolver = resolver };
        options.MakeReadOnly();
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    private static T? Take()
    {
        T? made = t_made;
        t_made = null;
        return made;
    }

    private string? Problem(string entity)
    {
        string name = TypeText.Of(typeof(T));
        if (typeof(T).IsAbstract)
            return $"{name} is abstract, so no object of it can hold the state of entity '{entity}'.";
        return _contract.Properties.FirstOrDefault(IsLost) is { } lost
            ? $"{name} cannot hold the state of entity '{entity}': its property '{lost.Name}' would be written to the "
                + "state and not be read back, because nobody may set it. Give it a public setter or init, give one "
                + "that is not public [JsonInclude], or leave the property out with [JsonIgnore]."
            : null;
    }

    /// <summary>
    /// Whether a property is a place for data that JSON writes and cannot fill. What is computed, or comes from the
    /// constructor, is none.
    /// </summary>
    private bool IsLost(JsonPropertyInfo property)
    {
        if (property is not { Get: not null, Set: null, AttributeProvider: PropertyInfo declared })
            return false;
        bool isPlace = declared.DeclaringType!
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Any(f => f.Name == $"<{declared.Name}>k__BackingField" || f.Name == $"{declared.Name}@");
        bool isGiven = declared.SetMethod is null && _constructor is not null && _constructor.GetParameters()
            .Any(p => declared.Name.Equals(p.Name, StringComparison.OrdinalIgnoreCase));
        return isPlace && !isGiven;
    }

    /// <summary>How objects are made when arguments of these types are given.</summary>
    private sealed record Recipe(Type[] Arguments, ObjectFactory<T> Make);
}
