using System.Runtime.InteropServices;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>
/// Reads whole objects from an object database with one call each. LibGit2Sharp's own blobs and trees look an object up, and unpack it, two or three times.
/// The library is the very one that LibGit2Sharp brings; its databases may be read from many threads at once.
/// </summary>
internal sealed partial class NativeObjects : SafeHandle
{
    public const int Commit = 1;
    public const int Tree = 2;
    public const int Blob = 3;
    public const int Tag = 4;

    private const string Library = "gitops-libgit2";
    private const int NotFound = -3;

    static NativeObjects()
    {
        GitRuntime.EnsureInitialized();
        NativeLibrary.SetDllImportResolver(
            typeof(NativeObjects).Assembly,
            static (name, _, _) => name == Library ? NativeLibrary.Load($"git2-{GlobalSettings.Version.LibGit2CommitSha[..7]}", typeof(Repository).Assembly, null) : 0);
    }

    /// <summary>Makes a handle of nothing, for marshalling; <see cref="Open"/> makes one that can be used.</summary>
    public NativeObjects()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Opens the database of a bare repository.</summary>
    /// <exception cref="MirrorDamagedException">It cannot be opened.</exception>
    public static NativeObjects Open(string directory)
    {
        var opened = new NativeObjects();
        var result = git_odb_open(out var database, Path.Combine(directory, "objects"));
        return result == 0 ? opened.With(database) : throw new MirrorDamagedException($"the object database cannot be opened ({result})");
    }

    public bool Contains(ObjectId id) => git_odb_exists(this, id.RawId) == 1;

    /// <summary>An object's size; null when it is not there or of another type.</summary>
    /// <exception cref="MirrorDamagedException">It is broken.</exception>
    public long? FindSize(ObjectId id, int type)
    {
        var result = git_odb_read_header(out var length, out var found, this, id.RawId);
        return result switch
        {
            0 => found == type ? checked((long)length) : null,
            NotFound => null,
            _ => throw Broken(id, result),
        };
    }

    /// <summary>An object's content; null when it is not there or of another type.</summary>
    /// <exception cref="MirrorDamagedException">It is broken.</exception>
    public byte[]? Find(ObjectId id, int type) => Find(id, wanted => wanted == type)?.Content;

    /// <summary>An object of whichever type; null when it is not there.</summary>
    /// <exception cref="MirrorDamagedException">It is broken.</exception>
    public (int Type, byte[] Content)? Find(ObjectId id) => Find(id, _ => true);

    /// <summary>Writes a pack of objects, with its index, into the database of another repository.</summary>
    /// <param name="directory">That repository's directory.</param>
    /// <param name="objects">The objects, and what each is called: objects of like names are stored as their differences.</param>
    /// <exception cref="MirrorDamagedException">An object is broken, or the pack cannot be written.</exception>
    public void WritePack(string directory, IEnumerable<(ObjectId Id, string Name)> objects)
    {
        nint repository = 0, pack = 0;
        try
        {
            Check(git_repository_wrap_odb(out repository, this));
            Check(git_packbuilder_new(out pack, repository));
            foreach (var (id, name) in objects)
            {
                Check(git_packbuilder_insert(pack, id.RawId, name));
            }

            Check(git_packbuilder_write(pack, Directory.CreateDirectory(Path.Combine(directory, "objects", "pack")).FullName, 0, 0, 0));
        }
        finally
        {
            git_packbuilder_free(pack);
            git_repository_free(repository);
        }

        static void Check(int result)
        {
            if (result < 0)
            {
                throw new MirrorDamagedException($"a pack cannot be written ({result})");
            }
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        git_odb_free(handle);
        return true;
    }

    private (int Type, byte[] Content)? Find(ObjectId id, Predicate<int> isWanted)
    {
        var result = git_odb_read(out var found, this, id.RawId);
        if (result == NotFound)
        {
            return null;
        }

        if (result != 0)
        {
            throw Broken(id, result);
        }

        try
        {
            var type = git_odb_object_type(found);
            if (!isWanted(type))
            {
                return null;
            }

            var content = GC.AllocateUninitializedArray<byte>(checked((int)git_odb_object_size(found)));
            Marshal.Copy(git_odb_object_data(found), content, 0, content.Length);
            return (type, content);
        }
        finally
        {
            git_odb_object_free(found);
        }
    }

    private static MirrorDamagedException Broken(ObjectId id, int result) => new($"object {id.Sha} cannot be read ({result})");

    private NativeObjects With(nint database)
    {
        SetHandle(database);
        return this;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int git_odb_open(out nint database, string objects);

    [LibraryImport(Library)]
    private static partial int git_odb_exists(NativeObjects database, byte[] id);

    [LibraryImport(Library)]
    private static partial int git_odb_read_header(out nuint length, out int type, NativeObjects database, byte[] id);

    [LibraryImport(Library)]
    private static partial int git_odb_read(out nint found, NativeObjects database, byte[] id);

    [LibraryImport(Library)]
    private static partial nint git_odb_object_data(nint found);

    [LibraryImport(Library)]
    private static partial nuint git_odb_object_size(nint found);

    [LibraryImport(Library)]
    private static partial int git_odb_object_type(nint found);

    [LibraryImport(Library)]
    private static partial void git_odb_object_free(nint found);

    [LibraryImport(Library)]
    private static partial void git_odb_free(nint database);

    [LibraryImport(Library)]
    private static partial int git_repository_wrap_odb(out nint repository, NativeObjects database);

    [LibraryImport(Library)]
    private static partial void git_repository_free(nint repository);

    [LibraryImport(Library)]
    private static partial int git_packbuilder_new(out nint pack, nint repository);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int git_packbuilder_insert(nint pack, byte[] id, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int git_packbuilder_write(nint pack, string directory, uint mode, nint progress, nint payload);

    [LibraryImport(Library)]
    private static partial void git_packbuilder_free(nint pack);
}
