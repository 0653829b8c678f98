namespace Perdure;

/// <summary>
/// Circuit breakers: when functions stop because too much fails, who is told, and how they go on.
/// </summary>
public sealed class CircuitOptions
{
    /// <summary>
    /// Whether every function of a queue or stream has a circuit of its own. Default true. Circuits that
    /// <see cref="CircuitAttribute"/> names are there in any case.
    /// </summary>
    public bool OfEachFunction { get; set; } = true;

    /// <summary>How circuits behave that nothing else is said of.</summary>
    public CircuitSettings Default { get; } = new();

    /// <summary>
    /// How single circuits behave, by name: that of a dependency, or <c>fn:</c> and the name of a function.
    /// </summary>
    public IDictionary<string, CircuitSettings> Named { get; } =
        new Dictionary<string, CircuitSettings>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where notifications go.</summary>
    public CircuitNotifications Notify { get; } = new();
}

/// <summary>How a circuit behaves.</summary>
public sealed class CircuitSettings
{
    /// <summary>
    /// More than so many final failures within <see cref="Window"/>, over all nodes, open the circuit. A failure is
    /// final when the retries are used up. Default 100.
    /// </summary>
    public int Failures { get; set; } = 100;

    /// <summary>The window of the count. Default 30 seconds; 1 second to 1 hour.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Who closes it again. Default <see cref="CircuitRecovery.Manual"/>.</summary>
    public CircuitRecovery Recovery { get; set; }

    /// <summary>
    /// With <see cref="CircuitRecovery.Auto"/>: how long it stays open before it tries; twice as long after each vain
    /// attempt. Default 1 minute.
    /// </summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest break. Default 15 minutes.</summary>
    public TimeSpan MaxBreakDuration { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>After so many vain attempts in a row it waits for an operator. Default 5.</summary>
    public int MaxAutoReopens { get; set; } = 5;

    /// <summary>So many events in a row must end well, one at a time, before it closes. Default 5; 1 or more.</summary>
    public int SuccessesToClose { get; set; } = 5;

    /// <summary>
    /// How long after closing the functions run as much at a time as before; they begin with a tenth. Default 1 minute;
    /// zero for at once.
    /// </summary>
    public TimeSpan RampUp { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether what was put aside while the circuit tripped runs again when it closes, before anything else. Default
    /// true.
    /// </summary>
    public bool RecoverTripWindow { get; set; } = true;
}

/// <summary>Who is told when a circuit opens or closes.</summary>
public sealed class CircuitNotifications
{
    /// <summary>
    /// The address of the HTTP API as people reach it, such as
    /// <c>https://orders.example/runtime/webhooks/durabletask</c>: notifications then have a link that lets the
    /// functions go on.
    /// </summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>How long such a link can be used. Default 24 hours.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Addresses that get each notification as a CloudEvent.</summary>
    public IList<CircuitWebhook> Webhooks { get; } = [];

    /// <summary>A mail server and who gets mail; null for none.</summary>
    public CircuitMail? Mail { get; set; }
}

/// <summary>An address that gets notifications.</summary>
public sealed class CircuitWebhook
{
    /// <summary>Where they are posted.</summary>
    public Uri? Url { get; set; }

    /// <summary>
    /// With which the body is signed: the header <c>Perdure-Signature</c> is <c>t=</c> the time in seconds since 1970,
    /// <c>,v1=</c> HMAC-SHA256 of that time, a dot and the body, in lower-case hexadecimal. Without it there is none.
    /// </summary>
    public string? Secret { get; set; }
}

/// <summary>A mail server, and the mail that is sent.</summary>
public sealed class CircuitMail
{
    /// <summary>The server.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>Its port. Default 25.</summary>
    public int Port { get; set; } = 25;

    /// <summary>Whether the connection is secured (STARTTLS). Default false.</summary>
    public bool UseTls { get; set; }

    /// <summary>The user, if the server wants one.</summary>
    public string? User { get; set; }

    /// <summary>The password of the user.</summary>
    public string? Password { get; set; }

    /// <summary>Who sends.</summary>
    public string From { get; set; } = "";

    /// <summary>Who gets it.</summary>
    public IList<string> To { get; } = [];
}
