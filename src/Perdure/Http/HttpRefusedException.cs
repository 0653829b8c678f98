using System.Net.Http;

namespace Perdure.Http;

/// <summary>
/// A request that this host does not make, or an answer that it cannot keep. Another attempt cannot end differently.
/// </summary>
internal sealed class HttpRefusedException(string message) : HttpRequestException(message);
