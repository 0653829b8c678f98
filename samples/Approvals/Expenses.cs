/// <summary>What somebody wants to be paid back.</summary>
/// <param name="Employee">Who.</param>
/// <param name="Amount">How much.</param>
/// <param name="Purpose">For what.</param>
/// <param name="Id">Its number, if the caller has one already.</param>
/// <param name="Patience">How long each superior has time to decide, in seconds; three days by default.</param>
public sealed record Expense(
    string Employee, decimal Amount, string Purpose, string? Id = null, double Patience = 3 * 24 * 60 * 60);

/// <summary>What a superior says.</summary>
/// <param name="Approved">Yes or no.</param>
/// <param name="By">Who says it.</param>
public sealed record Decision(bool Approved, string By);

/// <summary>What became of an expense.</summary>
/// <param name="State">approved, rejected or expired.</param>
/// <param name="By">Who decided; nobody when it was small, or expired.</param>
/// <param name="Payment">The number of the payment.</param>
public sealed record Outcome(string State, string? By = null, string? Payment = null);

/// <summary>Stands for a mail server.</summary>
public sealed partial class Mail(ILogger<Mail> log)
{
    /// <summary>Sends a mail.</summary>
    /// <param name="to">To whom.</param>
    /// <param name="text">What it says.</param>
    public void Send(string to, string text) => Sent(log, to, text);

    [LoggerMessage(1, LogLevel.Information, "Mail to {To}: {Text}")]
    private static partial void Sent(ILogger log, string to, string text);
}
