using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Tests.Support;

/// <summary>
/// What is sent to an entity. Senders are orchestrations with short names; each has one execution, whose key is made of
/// the name.
/// </summary>
internal static class Mail
{
    public static Message.Operation Signal(string operation, int? input = null, long? due = null) =>
        new(operation, Code.Json(input?.ToString())) { DueAt = due };

    public static Message.Operation Call(string from, int task, string operation, int? input = null) =>
        Signal(operation, input) with { Caller = Of(from, task) };

    public static Message.LockRequest Lock(string from, int task = 0) => new(Of(from, task));

    public static Message.Release Release(string from, int task = 0) => new(Of(from, task).Task);

    public static EntityCaller Of(string from, int task) => new(from, new TaskKey(from[0], 0, task));

    /// <summary>It stands in the store until a turn consumes it.</summary>
    public static T AsRow<T>(this T message, long number, long origin = Instance.Sender) where T : Message =>
        (T)(message with { Row = new MessageKey(EntityInstance.Partition, origin, number) });

    /// <summary>Somebody waits for the answer.</summary>
    public static T ByClient<T>(this T message, object? client = null) where T : Message =>
        (T)(message with { Ticket = client ?? "client" });
}
