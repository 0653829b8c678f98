using Perdure.Core.History;
using Perdure.Json;

namespace Perdure.Execution.Entities;

/// <summary>The state, while an operation works on it, and the class that holds it.</summary>
internal sealed partial class EntityContext
{
    /// <summary>The state as the code holds it, once it has looked at it; before that it is the JSON only.</summary>
    private object? _held;
    private bool _isHeld;

    public bool HasState => Open(_isHeld ? _held is not null : !state.IsNone);

    public TState GetState<TState>(Func<TState>? initializer = null)
    {
        CheckOpen();
        if (_isHeld && _held is TState same)
            return same;
        Payload json = WriteState();
        TState value = !json.IsNone ? services.Serializer.Deserialize<TState>(json, StatePlace)
            : initializer is null ? default!
            : initializer();
        Hold(value);
        return value;
    }

    public void SetState(object? state)
    {
        CheckOpen();
        Hold(state);
    }

    public void DeleteState()
    {
        CheckOpen();
        Hold(null);
    }

    public async Task DispatchAsync<T>(params object[] constructorParameters) where T : class
    {
        CheckOpen();
        ArgumentNullException.ThrowIfNull(constructorParameters);
        EntityClass<T> type = services.Classes.Of<T>(id.EntityName);
        if (type.Find(operation.Name) is not { } method)
        {
            if (!operation.Name.Equals("delete", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException(
                    $"No operation named '{operation.Name}' is there in entity '{id.EntityName}': "
                    + $"{TypeText.Of(typeof(T))} and its interfaces have no method of this name.");
            DeleteState();
            return;
        }
        Payload result = await method.Call(HeldObject(type, constructorParameters), operation.Input);
        if (method.ReturnsValue)
            _result = result;
    }

    /// <summary>The state after the operation, as JSON.</summary>
    /// <exception cref="PayloadException">It does not become JSON, or is over the limit.</exception>
    public Payload WriteState() => _isHeld ? services.Serializer.Serialize(_held, StatePlace) : state;

    private T HeldObject<T>(EntityClass<T> type, object[] constructorParameters) where T : class
    {
        if (_isHeld && _held is T same)
            return same;
        Payload json = WriteState();
        T made = type.Create(scope, constructorParameters);
        if (!json.IsNone)
            made = type.Fill(made, json);
        Hold(made);
        return made;
    }

    private void Hold(object? value) => (_held, _isHeld) = (value, true);

    private PayloadPlace StatePlace => new(PayloadRole.EntityState, id.EntityName);
}
