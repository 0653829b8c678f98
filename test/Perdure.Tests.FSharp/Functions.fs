namespace Perdure.Tests.FSharp

open System.Threading.Tasks
open Microsoft.Extensions.Logging
open Perdure

module Functions =

    [<FunctionName("FsArea")>]
    let area ([<ActivityTrigger>] shape: Shape) =
        match shape with
        | Circle radius -> radius * radius
        | Box(width, height) -> width * height
        | _ -> 0.0

    [<FunctionName("FsLog")>]
    let log ([<ActivityTrigger>] text: string) (logger: ILogger) : unit = logger.LogInformation("{Text}", text)

    [<FunctionName("FsAreas")>]
    let areas ([<OrchestrationTrigger>] context: IDurableOrchestrationContext) : Task<float> =
        task {
            let! circle = context.CallActivityAsync<float>("FsArea", Circle 2.0)
            let! box = context.CallActivityAsync<float>("FsArea", Box(2.0, 3.0))
            do! context.CallActivityAsync("FsLog", "done")
            return circle + box
        }
