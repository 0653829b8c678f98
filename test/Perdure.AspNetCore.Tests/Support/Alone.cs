namespace Perdure.AspNetCore.Tests.Support;

/// <summary>For a test that measures the process: no other runs meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
