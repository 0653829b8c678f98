namespace Perdure.Core.Stores.Histories;

/// <summary>Opens the histories of a hub that is named at run time.</summary>
internal interface IHistorySourceAt
{
    /// <param name="place">As the store of the package takes it.</param>
    /// <param name="taskHub">The name of the hub.</param>
    IHistorySource Of(string place, string taskHub);
}
