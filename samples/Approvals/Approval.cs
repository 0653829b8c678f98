using Perdure;

/// <summary>The orchestration: ask the manager, then the director, and pay if one of them says yes.</summary>
public static class Approval
{
    private const decimal SmallMax = 50;

    [FunctionName("ApproveExpense")]
    public static async Task<Outcome> RunAsync([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Expense expense = context.GetInput<Expense>();
        Decision? decision = expense.Amount <= SmallMax
            ? new Decision(true, "nobody")
            : await AskAsync(context, expense, "manager") ?? await AskAsync(context, expense, "director");
        if (decision is null)
            return new Outcome("expired");
        if (!decision.Approved)
            return new Outcome("rejected", decision.By);
        context.SetCustomStatus("paying");
        return new Outcome("approved", decision.By, await context.CallActivityAsync<string>("Pay", expense));
    }

    /// <summary>What the superior says; null if time passes without a word, for days and over restarts.</summary>
    private static async Task<Decision?> AskAsync(
        IDurableOrchestrationContext context, Expense expense, string superior)
    {
        context.SetCustomStatus($"waiting for the {superior}");
        await context.CallActivityAsync("Ask", new Question(superior, context.InstanceId, expense));
        return await context.WaitForExternalEvent<Decision?>(
            "Decision", TimeSpan.FromSeconds(expense.Patience), defaultValue: null);
    }

    [FunctionName("Pay")]
    public static string Pay([ActivityTrigger] Expense expense, Mail mail)
    {
        mail.Send(expense.Employee, $"{expense.Amount} for {expense.Purpose} are on their way.");
        return $"payment-{expense.Employee}";
    }

    [FunctionName("Ask")]
    public static void Ask([ActivityTrigger] Question question, Mail mail) => mail.Send(
        question.Superior,
        $"{question.Expense.Employee} asks for {question.Expense.Amount} for {question.Expense.Purpose}: "
            + $"POST /api/expenses/{question.Id}/decision");

    public sealed record Question(string Superior, string Id, Expense Expense);
}
