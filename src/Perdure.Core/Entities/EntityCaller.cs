using Perdure.Core.Identity;

namespace Perdure.Core.Entities;

/// <summary>
/// Whom an entity answers: a task of an execution. For a lock it is also who holds it, and the request that got it.
/// </summary>
internal sealed record EntityCaller(string InstanceId, TaskKey Task);
