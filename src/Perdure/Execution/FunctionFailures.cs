using Perdure.Core.Orchestrations;
using Perdure.Http;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>Failures of called functions, as the caller's code sees them.</summary>
internal static class FunctionFailures
{
    public static FunctionFailedException ToException(string kind, string function, FailureDetails failure) => new(
        $"The {kind} function '{function}' failed: \"{failure.ErrorMessage}\". See the log for more.", failure);

    public static FunctionFailedException OfOperation(PayloadPlace call, FailureDetails failure) => new(
        $"The operation '{call.Operation}' of entity '{call.Name}' failed: \"{failure.ErrorMessage}\". See the log for "
        + "more.", failure);

    /// <summary>Another attempt cannot end differently.</summary>
    public static bool IsFinal(FailureDetails failure) => failure.ErrorType
        is Failures.ActivityNotFound or Failures.OrchestratorNotFound or Failures.EntityNotFound or Failures.Poison
            or Failures.WrongVersion
        || failure.ErrorType == HttpFailures.Refused;
}
