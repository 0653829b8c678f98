using Microsoft.CodeAnalysis;
using static Perdure.Analyzers.Rules.DeterminismRules;

namespace Perdure.Analyzers.Determinism;

/// <summary>
/// Which members of which types break which rule: names with spaces between them, <c>*</c> for all of them,
/// <c>.ctor</c> for constructors, and <c>.ctor/0</c> for those with so many parameters.
/// </summary>
internal static class ForbiddenTable
{
    public static readonly (DiagnosticDescriptor Rule, string Type, string Members)[] Rows =
    [
        (Clock, "System.DateTime", "Now UtcNow Today"),
        (Clock, "System.DateTimeOffset", "Now UtcNow"),
        (Clock, "System.Environment", "TickCount TickCount64"),
        (Clock, "System.Diagnostics.Stopwatch", ".ctor StartNew GetTimestamp GetElapsedTime"),
        (Clock, "System.TimeProvider", "GetUtcNow GetLocalNow GetTimestamp GetElapsedTime"),

        (NewGuid, "System.Guid", "NewGuid CreateVersion7"),

        // Of texts it is another one in each process.
        (Chance, "System.HashCode", "*"),
        (Chance, "System.String", "GetHashCode"),
        (Chance, "System.Random", ".ctor/0 Shared"),
        (Chance, "System.IO.Path", "GetRandomFileName"),
        (Chance, "System.Security.Cryptography.RandomNumberGenerator", "*"),

        (Delay, "System.Threading.Tasks.Task", "Delay WaitAsync"),
        (Delay, "System.Threading.Tasks.TimeProviderTaskExtensions", "*"),
        (Delay, "System.Threading.Thread", "Sleep SpinWait"),
        (Delay, "System.Threading.PeriodicTimer", "*"),
        (Delay, "System.Threading.Timer", "*"),
        (Delay, "System.Threading.CancellationTokenSource", "CancelAfter .ctor/1 .ctor/2"),
        (Delay, "System.TimeProvider", "CreateTimer"),
        (Delay, "System.Timers.Timer", "*"),

        (OtherThread, "System.ComponentModel.BackgroundWorker", "*"),
        (OtherThread, "System.Linq.ParallelEnumerable", "*"),
        (OtherThread, "System.Threading.Tasks.Parallel", "*"),
        (OtherThread, "System.Threading.Tasks.Task", ".ctor Run ContinueWith Start RunSynchronously"),
        (OtherThread, "System.Threading.Tasks.TaskCompletionSource", ".ctor"),
        (OtherThread, "System.Threading.Tasks.TaskCompletionSource`1", ".ctor"),
        (OtherThread, "System.Threading.Tasks.TaskFactory", "*"),
        (OtherThread, "System.Threading.Tasks.TaskFactory`1", "*"),
        (OtherThread, "System.Threading.Thread", ".ctor Start Join"),
        (OtherThread, "System.Threading.ThreadPool", "*"),

        (Outside, "Microsoft.EntityFrameworkCore.DbContext", "*"),
        (Outside, "System.Console", "In OpenStandardInput Read ReadKey ReadLine"),
        (Outside, "System.Data.Common.DbCommand", "*"),
        (Outside, "System.Data.Common.DbConnection", "*"),
        (Outside, "System.Data.Common.DbDataReader", "*"),
        (Outside, "System.Data.Common.DbDataSource", "*"),
        (Outside, "System.Data.IDbCommand", "*"),
        (Outside, "System.Data.IDbConnection", "*"),
        (Outside, "System.Diagnostics.Process", "*"),
        (Outside, "System.IO.Directory", "*"),
        (Outside, "System.IO.DirectoryInfo", "*"),
        (Outside, "System.IO.DriveInfo", "*"),
        (Outside, "System.IO.File", "*"),
        (Outside, "System.IO.FileInfo", "*"),
        (Outside, "System.IO.FileStream", "*"),
        (Outside, "System.IO.FileSystemInfo", "*"),
        (Outside, "System.IO.MemoryMappedFiles.MemoryMappedFile", "*"),
        (Outside, "System.IO.Path", "GetTempFileName"),
        (Outside, "System.IO.RandomAccess", "*"),
        (Outside, "System.Net.Dns", "*"),
        (Outside, "System.Net.Http.HttpMessageInvoker", "*"),
        (Outside, "System.Net.Http.IHttpClientFactory", "*"),
        (Outside, "System.Net.Http.Json.HttpClientJsonExtensions", "*"),
        (Outside, "System.Net.Mail.SmtpClient", "*"),
        (Outside, "System.Net.NetworkInformation.Ping", "*"),
        (Outside, "System.Net.Sockets.Socket", "*"),
        (Outside, "System.Net.Sockets.TcpClient", "*"),
        (Outside, "System.Net.Sockets.TcpListener", "*"),
        (Outside, "System.Net.Sockets.UdpClient", "*"),
        (Outside, "System.Net.WebClient", "*"),
        (Outside, "System.Net.WebRequest", "*"),
        (Outside, "System.Net.WebSockets.WebSocket", "*"),
        (Outside, "Perdure.ICircuitClient", "*"),
        (Outside, "Perdure.IDeadLetterClient", "*"),
        (Outside, "Perdure.IDurableClient", "*"),
        (Outside, "Perdure.IDurableEntityClient", "*"),
        (Outside, "Perdure.IDurableOrchestrationClient", "*"),
        (Outside, "Perdure.IQueueClient", "*"),
        (Outside, "Perdure.IStreamAdminClient", "*"),
        (Outside, "Perdure.IStreamClient", "*"),
        (Outside, "Perdure.ITimerClient", "*"),
        (Outside, "Perdure.IUsageClient", "*"),

        (Surroundings, "Microsoft.Extensions.Configuration.ConfigurationBinder", "*"),
        (Surroundings, "Microsoft.Extensions.Configuration.ConfigurationExtensions", "*"),
        (Surroundings, "Microsoft.Extensions.Configuration.IConfiguration", "*"),
        (Surroundings, "Microsoft.Extensions.Hosting.IHostEnvironment", "*"),
        (Surroundings, "Microsoft.Extensions.Options.IOptionsMonitor`1", "*"),
        (Surroundings, "System.AppContext", "BaseDirectory GetData TryGetSwitch"),
        (Surroundings, "System.Configuration.ConfigurationManager", "*"),
        (Surroundings, "System.Environment",
            "CommandLine CurrentDirectory CurrentManagedThreadId ExpandEnvironmentVariables GetCommandLineArgs "
            + "GetEnvironmentVariable GetEnvironmentVariables GetFolderPath MachineName OSVersion ProcessId "
            + "ProcessPath ProcessorCount SetEnvironmentVariable SystemDirectory UserDomainName UserName WorkingSet"),
        (Surroundings, "System.Globalization.CultureInfo", "CurrentCulture CurrentUICulture"),
        (Surroundings, "System.TimeZoneInfo", "Local"),

        (Locking, "System.Threading.Barrier", "*"),
        (Locking, "System.Threading.CountdownEvent", "*"),
        (Locking, "System.Threading.Lock", "*"),
        (Locking, "System.Threading.ManualResetEventSlim", "*"),
        (Locking, "System.Threading.Monitor", "*"),
        (Locking, "System.Threading.ReaderWriterLock", "*"),
        (Locking, "System.Threading.ReaderWriterLockSlim", "*"),
        (Locking, "System.Threading.SemaphoreSlim", "*"),
        (Locking, "System.Threading.SpinLock", "*"),
        (Locking, "System.Threading.WaitHandle", "*"),
    ];
}
