using Perdure.Core.Entities;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;

namespace Perdure.Runtime.Offers;

/// <summary>Somebody waits for what code on another node comes to.</summary>
internal abstract class OfferedRun
{
    /// <exception cref="FormatException">The answer is damaged, or of a newer version.</exception>
    public abstract void Answer(ReadOnlyMemory<byte> body);

    /// <summary>Nobody answers any more: the partition is lost, or the execution is over.</summary>
    public abstract void Cancel();
}

/// <summary>A turn.</summary>
internal sealed class OfferedTurn : OfferedRun
{
    private readonly TaskCompletionSource<CodeResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CodeResult> Result => _result.Task;

    public override void Answer(ReadOnlyMemory<byte> body) => _result.TrySetResult(CodeResultCodec.Decode(body));

    public override void Cancel() => _result.TrySetResult(CodeResult.NotRun.Instance);
}

/// <summary>Operations of an entity.</summary>
internal sealed class OfferedOperations : OfferedRun
{
    private readonly TaskCompletionSource<EntityRun> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<EntityRun> Result => _result.Task;

    public override void Answer(ReadOnlyMemory<byte> body) => _result.TrySetResult(EntityRunCodec.DecodeRun(body));

    public override void Cancel() => _result.TrySetCanceled();
}
