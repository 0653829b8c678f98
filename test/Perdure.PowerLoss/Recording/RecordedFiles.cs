using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Perdure.PowerLoss.Recording;

/// <summary>
/// Stands between SQLite and the operating system: a file system of SQLite (VFS) that is the ordinary one, except that
/// every write, truncation, sync and deletion of the hub's files is recorded on its way. It needs no compiler and no
/// preloaded library, and sees what the engine's own connections do, all of them, because it is made the default.
/// </summary>
/// <remarks>
/// Layouts are those of https://sqlite.org/c3ref/vfs.html and https://sqlite.org/c3ref/io_methods.html. A file keeps
/// the object that the ordinary file system made; only its table of methods is exchanged for a copy in which three
/// differ.
/// </remarks>
internal static unsafe class RecordedFiles
{
    public const string OrdinaryName = "unix";

    private const string Library = "e_sqlite3";
    private const int Create = 0x4;
    private const int MainDatabase = 0x100;
    private const int MainJournal = 0x800;
    private const int WriteAheadLog = 0x80000;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<(nint Methods, HubFile File), nint> Tables = [];
    private static readonly HashSet<nint> SyncsDirectory = [];
    private static Recorder s_recorder = null!;
    private static Vfs* s_ordinary;

    public static void Install(Recorder recorder)
    {
        s_recorder = recorder;
        Batteries_V2.Init();
        s_ordinary = sqlite3_vfs_find(null);
        Vfs* vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = *s_ordinary;
        vfs->Next = null;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8("recorded");
        vfs->Open = (nint)(delegate* unmanaged[Cdecl]<Vfs*, byte*, File*, int, int*, int>)&Open;
        vfs->Delete = (nint)(delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int>)&Delete;
        if (sqlite3_vfs_register(vfs, 1) != 0)
            throw new InvalidOperationException("SQLite does not take the recording file system.");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, File* file, int flags, int* outFlags)
    {
        var open = (delegate* unmanaged[Cdecl]<Vfs*, byte*, File*, int, int*, int>)s_ordinary->Open;
        int code = open(s_ordinary, name, file, flags, outFlags);
        if (code == 0 && FileOf(flags) is { } kind)
        {
            file->Methods = Table(file->Methods, kind);
            lock (Gate)
            {
                if (kind != HubFile.Database && (flags & Create) != 0)
                    SyncsDirectory.Add((nint)file);
                else
                    SyncsDirectory.Remove((nint)file);
            }
        }
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(Vfs* vfs, byte* name, int syncDirectory)
    {
        var delete = (delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int>)s_ordinary->Delete;
        int code = delete(s_ordinary, name, syncDirectory);
        string path = Marshal.PtrToStringUTF8((nint)name)!;
        if (code == 0 && path.EndsWith("-wal", StringComparison.Ordinal))
            s_recorder.Deleted(HubFile.Log, syncDirectory != 0);
        else if (code == 0 && path.EndsWith("-journal", StringComparison.Ordinal))
            s_recorder.Deleted(HubFile.Journal, syncDirectory != 0);
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(File* file, byte* data, int length, long offset)
    {
        int code = ((delegate* unmanaged[Cdecl]<File*, byte*, int, long, int>)file->Methods->Ordinary->Write)(
            file, data, length, offset);
        if (code == 0)
            s_recorder.Wrote(file->Methods->File, offset, new ReadOnlySpan<byte>(data, length));
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(File* file, long length)
    {
        int code = ((delegate* unmanaged[Cdecl]<File*, long, int>)file->Methods->Ordinary->Truncate)(file, length);
        if (code == 0)
            s_recorder.Truncated(file->Methods->File, length);
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(File* file, int flags)
    {
        HubFile kind = file->Methods->File;
        int sync = s_recorder.SyncBegins(kind);
        int code = ((delegate* unmanaged[Cdecl]<File*, int, int>)file->Methods->Ordinary->Sync)(file, flags);
        if (code != 0)
            return code;
        s_recorder.SyncEnds(kind, sync);
        // With the first sync of a log or journal that it may have created, SQLite syncs the directory (os_unix.c,
        // UNIXFILE_DIRSYNC); that is a matter of the ordinary file system and cannot be seen from here.
        bool first;
        lock (Gate)
            first = SyncsDirectory.Remove((nint)file);
        if (first)
            s_recorder.DirectorySynced();
        return code;
    }

    private static HubFile? FileOf(int flags) =>
        (flags & MainDatabase) != 0 ? HubFile.Database
        : (flags & WriteAheadLog) != 0 ? HubFile.Log
        : (flags & MainJournal) != 0 ? HubFile.Journal
        : null;

    private static Methods* Table(Methods* ordinary, HubFile file)
    {
        lock (Gate)
        {
            if (Tables.TryGetValue(((nint)ordinary, file), out nint known))
                return (Methods*)known;
            Methods* table = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));
            // The tail behind SQLite's own table is ours and must not be copied from a table that has none.
            Buffer.MemoryCopy(ordinary, table, sizeof(Methods), Methods.SqliteLength);
            table->Write = (nint)(delegate* unmanaged[Cdecl]<File*, byte*, int, long, int>)&Write;
            table->Truncate = (nint)(delegate* unmanaged[Cdecl]<File*, long, int>)&Truncate;
            table->Sync = (nint)(delegate* unmanaged[Cdecl]<File*, int, int>)&Sync;
            table->Ordinary = ordinary;
            table->File = file;
            Tables.Add(((nint)ordinary, file), (nint)table);
            return table;
        }
    }

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern Vfs* sqlite3_vfs_find(byte* name);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern int sqlite3_vfs_register(Vfs* vfs, int makeDefault);

    /// <summary>sqlite3_vfs, version 3.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileLength;
        public int PathLengthMax;
        public Vfs* Next;
        public byte* Name;
        public nint AppData;
        public nint Open;
        public nint Delete;
        public fixed long Others[14];
    }

    /// <summary>sqlite3_file: its first field is all that is common to all file systems.</summary>
    private struct File
    {
        public Methods* Methods;
    }

    /// <summary>sqlite3_io_methods, version 3, and behind it what this recording adds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public const int SqliteLength = 19 * 8;

        public int Version;
        public nint Close;
        public nint Read;
        public nint Write;
        public nint Truncate;
        public nint Sync;
        public fixed long Others[13];
        public Methods* Ordinary;
        public HubFile File;
    }
}
