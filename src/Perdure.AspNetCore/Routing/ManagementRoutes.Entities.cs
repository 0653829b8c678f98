using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of entities.</summary>
internal static partial class ManagementRoutes
{
    private const string EntityPath = ApiPath + "/entities/{entityName}/{entityKey}";

    private static ManagementRoute[] Entities() =>
    [
        new()
        {
            Name = "GetEntity",
            Method = "GET",
            Pattern = EntityPath,
            Scope = AccessScope.Read,
            Summary = "The state of an entity; the key $ is the empty one.",
            Answers =
            [
                new(200, "The state."), new(400, "The name or the key cannot be used."), new(404, "It has no state."),
            ],
            Handle = EntityHandlers.GetAsync,
        },
        new()
        {
            Name = "ListEntities",
            Method = "GET",
            Pattern = ApiPath + "/entities/{entityName?}",
            Scope = AccessScope.Read,
            Summary = "One page of the entities that fit.",
            Query =
            [
                new("fetchState", "boolean", "Whether they carry their states; false by default."),
                new("lastOperationTimeFrom", "date-time", "Their last operation ran at this time or later."),
                new("lastOperationTimeTo", "date-time", "Their last operation ran at this time or earlier."),
                new("top", "integer", "Entities of a page, from 1 to 1000; 100 by default."),
            ],
            Headers = [new(ListHandlers.ContinuationHeader, "string", "Where the page begins; from the one before.")],
            Answers =
            [
                new(200, "The entities; the header x-ms-continuation-token is there if there are more."),
                new(400, "A parameter or the token cannot be used."),
            ],
            Handle = EntityHandlers.ListAsync,
        },
        new()
        {
            Name = "SignalEntity",
            Method = "POST",
            Pattern = ApiPath + "/entities/{entityName}/{entityKey?}",
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Sends a signal to an entity.",
            Body = "The input of the operation: JSON with the content type application/json, any other as a text.",
            Query = [new("op", "string", "The operation.")],
            Answers =
            [
                new(202, "The signal is kept."),
                new(400, "There is no such entity function, or the key, the operation or the body cannot be used."),
            ],
            Handle = EntityHandlers.SignalAsync,
        },
        new()
        {
            Name = "DeleteEntity",
            Method = "DELETE",
            Pattern = EntityPath,
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Sends the signal 'delete' to an entity.",
            Answers =
            [
                new(202, "The signal is kept."),
                new(400, "There is no such entity function, or the key cannot be used."),
            ],
            Handle = EntityHandlers.DeleteAsync,
        },
        new()
        {
            Name = "CleanEntityStorage",
            Method = "POST",
            Pattern = ApiPath + "/cleanEntityStorage",
            Scope = AccessScope.Admin,
            Summary = "Releases locks whose holders are gone, and removes what entities without state have left.",
            Query =
            [
                new("removeEmptyEntities", "boolean", "True by default."),
                new("releaseOrphanedLocks", "boolean", "True by default."),
            ],
            Answers = [new(200, "What was removed and released."), new(400, "A parameter cannot be used.")],
            Handle = EntityHandlers.CleanAsync,
        },
    ];
}
