namespace Perdure;

/// <summary>
/// Switches functions of queues, streams, timers and HTTP off: nothing new runs. Messages and events wait, and nothing
/// is lost; a request over HTTP is answered with 404.
/// </summary>
/// <remarks>
/// Looked at when the host starts. <c>Perdure:Functions:&lt;name&gt;:Disabled</c> in the configuration does the same.
/// </remarks>
/// <param name="settingName">
/// A setting that decides: <c>1</c> or <c>true</c> switches off, anything else and nothing does not. Null, the default:
/// switched off in any case.
/// </param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class DisableAttribute(string? settingName = null) : Attribute
{
    /// <summary>The setting that decides; null when it is switched off in any case.</summary>
    public string? SettingName { get; } = settingName;
}
