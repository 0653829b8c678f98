namespace Perdure;

/// <summary>
/// What is known of an exception that ended a function: data, never a revived exception, because no type is ever chosen
/// by stored data.
/// </summary>
/// <param name="ErrorType">
/// The full name of the exception's type, for example <c>System.InvalidOperationException</c>.
/// </param>
/// <param name="ErrorMessage">The exception's message.</param>
/// <param name="StackTrace">The exception's stack trace, if it had one.</param>
/// <param name="InnerFailure">The inner exception, told in the same way.</param>
public sealed record FailureDetails(
    string ErrorType, string ErrorMessage, string? StackTrace = null, FailureDetails? InnerFailure = null);
