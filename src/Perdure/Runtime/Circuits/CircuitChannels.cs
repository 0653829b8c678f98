using System.Globalization;
using System.Net.Http;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using Perdure.Core.Circuits;

namespace Perdure.Runtime.Circuits;

/// <summary>How people are told of circuits: by webhooks and mail, whatever is set up.</summary>
internal sealed class CircuitChannels(CircuitNotifications notify, string hub, TimeProvider time) : IDisposable
{
    private const string Mail = "mail", Hook = "webhook ";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly Lazy<HttpClient> _http = new(static () => new HttpClient { Timeout = s_timeout });

    /// <summary>One for each place that is told.</summary>
    public IEnumerable<string> Names =>
        notify.Webhooks.Select(h => Hook + h.Url).Concat(notify.Mail is null ? [] : [Mail]);

    /// <summary>Tells one of them. One that is not set up any more is left out.</summary>
    /// <exception cref="HttpRequestException">The webhook did not take it.</exception>
    /// <exception cref="SmtpException">The mail server did not take it.</exception>
    public Task SendAsync(string channel, CircuitNotice notice, string? link, CancellationToken cancellationToken)
    {
        if (channel == Mail && notify.Mail is { } mail)
            return MailAsync(mail, notice, link, cancellationToken);
        return notify.Webhooks.FirstOrDefault(h => Hook + h.Url == channel) is { } hook
            ? PostAsync(hook, notice, link, cancellationToken)
            : Task.CompletedTask;
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private async Task PostAsync(
        CircuitWebhook hook, CircuitNotice notice, string? link, CancellationToken cancellationToken)
    {
        byte[] body = CircuitMessage.CloudEvent(notice, hub, link);
        using ByteArrayContent content = new(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/cloudevents+json; charset=utf-8");
        using HttpRequestMessage request = new(HttpMethod.Post, hook.Url) { Content = content };
        if (hook.Secret is { } secret)
            request.Headers.Add("Perdure-Signature", SignatureOf(secret, body));
        using HttpResponseMessage response = await _http.Value.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(
                $"The webhook {hook.Url} answered {(int)response.StatusCode} to the notification '{notice.Id}'.");
    }

    private string SignatureOf(string secret, byte[] body)
    {
        string seconds = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes(seconds), (byte)'.', .. body];
        byte[] signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
        return $"t={seconds},v1={Convert.ToHexStringLower(signature)}";
    }

    private async Task MailAsync(
        CircuitMail mail, CircuitNotice notice, string? link, CancellationToken cancellationToken)
    {
        using SmtpClient client = new(mail.Host, mail.Port)
        {
            EnableSsl = mail.UseTls,
            Timeout = (int)s_timeout.TotalMilliseconds,
        };
        if (mail.User is not null)
            client.Credentials = new System.Net.NetworkCredential(mail.User, mail.Password);
        using MailMessage message = new()
        {
            From = new MailAddress(mail.From),
            Subject = CircuitMessage.Subject(notice, hub),
            Body = CircuitMessage.Text(notice, hub, link),
        };
        // The same each time, so that a mail program shows one.
        message.Headers.Add("Message-ID", $"<{CircuitMessage.MessageId(notice, hub)}>");
        foreach (string to in mail.To)
            message.To.Add(to);
        await client.SendMailAsync(message, cancellationToken);
    }
}
