using System.Diagnostics;

/// <summary>Kills this process, if it was asked to, at the worst moment: while money is on its way.</summary>
public sealed class Fuse(int? deposits)
{
    private int _deposits;

    /// <summary>An operation of an account has run, and is not durable yet.</summary>
    public void Burn(string operation)
    {
        if (operation != nameof(IAccount.Deposit) || Interlocked.Increment(ref _deposits) != deposits)
            return;
        Console.WriteLine("Killed by SIGKILL, as asked. Run it again without --crash: it goes on from here.");
        Process.GetCurrentProcess().Kill();
    }
}
