using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

/// <summary>
/// Conferences, airlines, railways and hotels in one: it keeps a journal of what it was asked for, on the disk before
/// it answers, and recognises a request by its idempotency key. It is outside of what Perdure stores, so it can
/// testify.
/// </summary>
public sealed class BookingProvider : IDisposable
{
    private static readonly TimeSpan s_latency = TimeSpan.FromMilliseconds(40);

    private readonly Lock _lock = new();
    private readonly FileStream _file;
    private readonly List<JournalLine> _lines;
    private readonly int? _dieAfter;

    /// <param name="path">The journal, which is gone on with.</param>
    /// <param name="dieAfter">Kills this process when so many bookings are in the journal.</param>
    public BookingProvider(string path, int? dieAfter)
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        // A last line without its end was cut off by a death, and answered to nobody: it goes.
        text = text[..(text.LastIndexOf('\n') + 1)];
        _lines = [.. text.Split('\n').SkipLast(1).Select(l => JsonSerializer.Deserialize<JournalLine>(l)!)];
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _file.SetLength(Encoding.UTF8.GetByteCount(text));
        _file.Seek(0, SeekOrigin.End);
        _dieAfter = dieAfter;
    }

    public IReadOnlyList<JournalLine> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public async Task<Booking> BookAsync(string key, Booking request)
    {
        await Task.Delay(s_latency);
        Booking booking = request with { Confirmation = Confirmation(key) };
        Append("booked", key, booking);
        return booking;
    }

    public async Task CancelAsync(string key, Booking booking)
    {
        await Task.Delay(s_latency);
        Append("cancelled", key, booking);
    }

    public Exception Refuse(string traveller, string why)
    {
        lock (_lock)
            Console.WriteLine($"  {traveller,-7} refused    {why}");
        return new InvalidOperationException(why);
    }

    public void Dispose() => _file.Dispose();

    private void Append(string act, string key, Booking booking)
    {
        lock (_lock)
        {
            JournalLine line = new(act, key, booking, Repeated: _lines.Any(l => l.Act == act && l.Key == key));
            _lines.Add(line);
            _file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(line) + "\n"));
            _file.Flush(flushToDisk: true);
            string note = line.Repeated ? " (asked for again, and recognised by its key)" : "";
            Console.WriteLine($"  {booking.Traveller,-7} {act,-10} {booking.Kind} {booking.Name}, "
                + $"{booking.Price} EUR, {booking.Confirmation}{note}");
            if (_lines.Count(l => l is { Act: "booked", Repeated: false }) == _dieAfter)
                Die();
        }
    }

    /// <summary>At the worst moment: this booking is made, and its result is not yet on its way.</summary>
    private static void Die()
    {
        Console.WriteLine("Killed by SIGKILL, as asked. Run it again without --crash: it goes on from here.");
        Process.GetCurrentProcess().Kill();
    }

    private static string Confirmation(string key) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 4));
}

/// <summary>
/// What a provider was asked to do under a key; repeated means that it had done so before and did nothing.
/// </summary>
public sealed record JournalLine(string Act, string Key, Booking Booking, bool Repeated);
