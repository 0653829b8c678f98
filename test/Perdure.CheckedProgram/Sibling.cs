using Microsoft.Extensions.Hosting;

namespace Perdure.CheckedProgram;

/// <summary>Another service of the same host.</summary>
internal sealed class Sibling(Proof proof) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        proof.Leave("sibling");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
