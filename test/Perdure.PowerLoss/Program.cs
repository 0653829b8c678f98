using System.Diagnostics;
using System.Globalization;
using Perdure.PowerLoss;

int seed = Option("--seed") ?? Random.Shared.Next(1, int.MaxValue);
int images = Option("--images") ?? 500;
int commits = Option("--commits") ?? 2000;
bool forgetful = args.Contains("--forgetful");

// A recording file system is installed once for a process, so the contrast runs in a process of its own.
Trial trial = new(seed, images, commits, forgetful);
if (forgetful || args.Contains("--no-contrast"))
    return await trial.RunAsync();
int verdict = await trial.RunAsync();
int contrast = await ContrastAsync();
Console.WriteLine(contrast == 0
    ? "powerloss: the contrast with synchronous=NORMAL showed losses, as it must"
    : "powerloss: FAIL: the contrast with synchronous=NORMAL showed no losses; this harness has no teeth");
return verdict == 0 && contrast == 0 ? 0 : 1;

async Task<int> ContrastAsync()
{
    ProcessStartInfo info = new(Environment.ProcessPath!);
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        info.ArgumentList.Add(typeof(Trial).Assembly.Location);
    foreach (string argument in new[]
    {
        "--forgetful", "--seed", Text(seed), "--images", Text(Math.Clamp(images / 10, 50, 500)),
        "--commits", Text(Math.Min(commits, 1000)),
    })
    {
        info.ArgumentList.Add(argument);
    }
    using Process process = Process.Start(info)!;
    await process.WaitForExitAsync();
    return process.ExitCode;
}

int? Option(string name) =>
    Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length
        ? int.Parse(args[i + 1], CultureInfo.InvariantCulture)
        : null;

static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
