namespace Perdure.Torture.Workload;

/// <summary>What a hub is put under while its process is killed.</summary>
internal enum Load
{
    /// <summary>Orchestrations of every kind, without entities.</summary>
    Everyday,

    /// <summary>Transfers between accounts, each in a critical section.</summary>
    Bank,
}
