using System.Collections.Concurrent;

/// <summary>What the shop depends on. It goes away for a while, and keeps what it has charged.</summary>
public sealed class Bank
{
    private readonly ConcurrentQueue<Order> _charged = new();

    public bool IsAway { get; set; }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyCollection<Order> Charged => _charged;

    public void Charge(Order order)
    {
        if (IsAway)
            throw new HttpRequestException("503: the bank is being serviced");
        _charged.Enqueue(order);
    }
}
