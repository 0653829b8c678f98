namespace Perdure.Hosting;

/// <summary>
/// Where a store comes from, as the options hold it: packages of stores add theirs, and the runtime alone knows what a
/// store is.
/// </summary>
internal abstract class StoreSource;
