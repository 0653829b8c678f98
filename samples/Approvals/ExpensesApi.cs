using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Perdure;

/// <summary>What the world sees: hand in, decide, look.</summary>
public static class ExpensesApi
{
    /// <summary>Answers at once with the addresses under which the approval can be followed and ended.</summary>
    [FunctionName("HandInExpense")]
    public static async Task<IActionResult> HandInAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "expenses")] Expense expense,
        HttpRequest request, [DurableClient] IDurableOrchestrationClient client)
    {
        if (expense.Amount <= 0 || expense.Patience < 0)
            return new BadRequestObjectResult("The amount is more than 0, and the patience is not negative.");
        try
        {
            string id = await client.StartNewAsync("ApproveExpense", expense.Id, expense);
            return client.CreateCheckStatusResponse(request, id);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return new ConflictObjectResult($"The expense '{expense.Id}' has been handed in already.");
        }
    }

    /// <summary>The human part.</summary>
    [FunctionName("Decide")]
    public static async Task<IResult> DecideAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "expenses/{id}/decision")] Decision decision,
        string id, [DurableClient] IDurableOrchestrationClient client)
    {
        DurableOrchestrationStatus? status = await client.GetStatusAsync(id);
        if (status is null)
            return Results.NotFound($"There is no expense '{id}'.");
        if (status.RuntimeStatus is not (OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending))
            return Results.Text($"The expense '{id}' is decided.", statusCode: StatusCodes.Status410Gone);
        await client.RaiseEventAsync(id, "Decision", decision);
        return Results.Accepted($"/api/expenses/{id}");
    }

    /// <summary>In a few words.</summary>
    [FunctionName("GetExpense")]
    public static async Task<object> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "expenses/{id}")] HttpRequest request, string id,
        [DurableClient] IDurableOrchestrationClient client)
    {
        DurableOrchestrationStatus? status = await client.GetStatusAsync(id);
        return status is null
            ? Results.NotFound($"There is no expense '{id}'.")
            : new { status.InstanceId, Status = $"{status.RuntimeStatus}", Step = status.CustomStatus };
    }
}
