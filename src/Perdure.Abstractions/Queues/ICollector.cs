namespace Perdure;

/// <summary>Takes what a function sends; it leaves when the function has ended well.</summary>
/// <typeparam name="T">What is sent.</typeparam>
public interface ICollector<in T>
{
    /// <summary>Adds one.</summary>
    /// <param name="item">What is sent; null sends nothing.</param>
    /// <exception cref="PayloadException">It cannot be written as JSON, or is too large.</exception>
    /// <exception cref="InvalidOperationException">The function has ended.</exception>
    void Add(T item);
}

/// <summary>Takes what an asynchronous function sends; it leaves when the function has ended well.</summary>
/// <typeparam name="T">What is sent.</typeparam>
public interface IAsyncCollector<in T>
{
    /// <summary>Adds one. The task is completed: nothing leaves before the function has ended.</summary>
    /// <param name="item">What is sent; null sends nothing.</param>
    /// <param name="cancellationToken">Is not needed.</param>
    /// <returns>A completed task.</returns>
    /// <exception cref="PayloadException">It cannot be written as JSON, or is too large.</exception>
    /// <exception cref="InvalidOperationException">The function has ended.</exception>
    Task AddAsync(T item, CancellationToken cancellationToken = default);

    /// <summary>Does nothing, because everything leaves together: it is there for code that calls it.</summary>
    /// <param name="cancellationToken">Is not needed.</param>
    /// <returns>A completed task.</returns>
    Task FlushAsync(CancellationToken cancellationToken = default);
}
