using System.Runtime.InteropServices;
using System.Text;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// A compiled model: the constant part of a simulation. Every field of <c>mjModel</c> is a member of the same name;
/// arrays are spans over MuJoCo's memory, row-major, with the shape given in their documentation.
/// </summary>
/// <remarks>Any number of threads may read a model at the same time, as long as no thread changes it.</remarks>
public sealed unsafe partial class MjModel : IDisposable
{
    private const int ErrorLength = 1024;
    private readonly SafeHandle _handle;
    private readonly byte* _pointer;

    internal MjModel(nint model)
    {
        var handle = new ModelHandle();
        handle.Own(model);
        _handle = handle;
        _pointer = (byte*)model;
    }

    private MjModel(SharingModelHandle handle)
    {
        _handle = handle;
        _pointer = (byte*)handle.Value;
    }

    internal byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _pointer;
        }
    }

    /// <summary>Loads and compiles a model from an MJCF or URDF file.</summary>
    /// <param name="path">The file. Paths in it are relative to its folder.</param>
    /// <param name="files">Files in memory, which take precedence over files on disk.</param>
    /// <exception cref="MujocoException">The file is missing or does not compile; the message is MuJoCo's.</exception>
    public static MjModel FromXmlFile(string path, MjVfs? files = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Library.Require();
        Span<byte> error = stackalloc byte[ErrorLength];
        error.Clear();
        using var name = new CString(path);
        nint model;
        fixed (byte* e = error)
            model = Guard.Create(Api.mj_loadXML, name.Pointer, files?.Pointer ?? 0, (nint)e, ErrorLength);
        GC.KeepAlive(files);
        string text = Text(error);
        return model != 0
            ? new MjModel(model).RaiseWarnings(text.Length > 0 ? $"{path}: {text}" : "")
            : throw new MujocoException($"{path}: {(text.Length > 0 ? text : "cannot be loaded")}");
    }

    /// <summary>Loads and compiles a model from an MJCF or URDF string.</summary>
    /// <param name="xml">The XML.</param>
    /// <param name="files">
    /// Files that the XML refers to, by the names used in it; all other files are read from disk.
    /// </param>
    /// <exception cref="MujocoException">The model does not compile; the message is MuJoCo's.</exception>
    public static MjModel FromXml(string xml, IEnumerable<KeyValuePair<string, byte[]>>? files = null)
    {
        ArgumentNullException.ThrowIfNull(xml);
        using var vfs = new MjVfs();
        foreach (var (name, content) in files ?? [])
            vfs.Add(name, content);
        vfs.Add("model.xml", Encoding.UTF8.GetBytes(xml));
        return FromXmlFile("model.xml", vfs);
    }

    /// <summary>Loads a model from MuJoCo's binary format (<c>.mjb</c>), as <see cref="ToBytes"/> writes it.</summary>
    /// <exception cref="MujocoException">The bytes are not a binary model of this version of MuJoCo.</exception>
    public static MjModel FromBytes(ReadOnlySpan<byte> bytes)
    {
        Library.Require();
        fixed (byte* b = bytes)
        {
            nint model = Guard.Create(Api.mj_loadModelBuffer, (nint)b, bytes.Length);
            return model != 0
                ? new MjModel(model).RaiseWarnings()
                : throw new MujocoException($"the bytes are not a binary model (.mjb) of MuJoCo {Mujoco.RequiredVersion}");
        }
    }

    /// <summary>Returns the model in MuJoCo's binary format (<c>mj_saveModel</c>).</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        fixed (byte* b = bytes)
            Call(Api.mj_saveModel, 0, (nint)b, bytes.Length);
        return bytes;
    }

    /// <summary>The size of the model in MuJoCo's binary format, in bytes (<c>mj_sizeModel</c>).</summary>
    public long Size => Call(Api.mj_sizeModel);

    /// <summary>Returns an independent copy (<c>mj_copyModel</c>).</summary>
    public MjModel Copy()
    {
        nint copy = Guard.Create(Api.mj_copyModel, 0, (nint)Pointer);
        GC.KeepAlive(this);
        return copy != 0
            ? new MjModel(copy).RaiseWarnings()
            : throw new MujocoException("mj_copyModel failed: MuJoCo cannot allocate the copy of the model");
    }

    /// <summary>
    /// Returns a copy that shares the original's meshes, skins, height fields and textures: the arrays <c>mesh_*</c>,
    /// <c>skin_*</c>, <c>hfield_data</c>, <c>tex_data</c>, and the trees over them, <c>bvh_*</c> and <c>oct_*</c>. They are most
    /// of a model's memory, and simulation and rendering only read them. They must not be changed, neither in the copy nor in the
    /// original; all else in the copy is its own. The shared memory is freed when the original and all copies are disposed.
    /// </summary>
    public MjModel CopySharingAssets()
    {
        var copy = new MjModel(new SharingModelHandle(_handle, Pointer, StructSize, Arrays()));
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>
    /// Returns the id of an object, or -1 when the model has no object of that type and name (<c>mj_name2id</c>).
    /// </summary>
    public int Name2Id(mjtObj type, string name)
    {
        using var text = new CString(name);
        return (int)Call(Api.mj_name2id, (nint)type, text.Pointer);
    }

    /// <summary>Returns the id of an object.</summary>
    /// <exception cref="KeyNotFoundException">The model has no object of that type and name.</exception>
    public int Id(mjtObj type, string name)
    {
        int id = Name2Id(type, name);
        return id >= 0 ? id : throw new KeyNotFoundException(
            $"the model has no {type.ToString()["mjOBJ_".Length..].ToLowerInvariant()} named '{name}'");
    }

    /// <summary>
    /// Returns the name of an object; null when it has none or there is no such object (<c>mj_id2name</c>).
    /// </summary>
    public string? Id2Name(mjtObj type, int id) => Kept(Marshal.PtrToStringUTF8(Call(Api.mj_id2name, (nint)type, id)));

    /// <summary>Returns the length of a vector with the given parts of the state (<c>mj_stateSize</c>).</summary>
    public int StateSize(mjtState parts) => (int)Call(Api.mj_stateSize, (nint)parts);

    /// <summary>
    /// Recomputes the fields derived from the editable ones at <see cref="qpos0"/>: inertia weights, lengths,
    /// statistics (<c>mj_setConst</c>). Overwrites <paramref name="data"/>.
    /// </summary>
    /// <param name="data">Data of this model.</param>
    /// <exception cref="ArgumentException">The data belong to another model.</exception>
    public void SetConst(MjData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Model != this)
            throw new ArgumentException("the data belong to another model", nameof(data));
        Call(Api.mj_setConst, (nint)data.Pointer);
        GC.KeepAlive(data);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>The C string at the start of a buffer.</summary>
    internal static string Text(ReadOnlySpan<byte> buffer)
    {
        int end = buffer.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end >= 0 ? buffer[..end] : buffer).Trim();
    }

    /// <summary>Whether the data of both models have the same layout: their sizes, at the start of the struct, are equal.</summary>
    internal bool HasLayoutOf(MjModel other)
    {
        bool equal = new ReadOnlySpan<byte>(Pointer, SizesLength).SequenceEqual(new ReadOnlySpan<byte>(other.Pointer, SizesLength));
        GC.KeepAlive(other);
        return Kept(equal);
    }

    /// <summary>
    /// Raises the warnings of the call that made the model, and the compiler's. Frees the model when a handler throws.
    /// </summary>
    internal MjModel RaiseWarnings(string compiler = "")
    {
        try
        {
            Guard.RaiseWarnings();
            if (compiler.Length > 0)
                Mujoco.RaiseWarning(compiler);
        }
        catch
        {
            Dispose();
            throw;
        }

        return this;
    }

    /// <summary>Returns a value that was read from the struct, and keeps the model from being collected until then.</summary>
    private T Kept<T>(T value)
    {
        GC.KeepAlive(this);
        return value;
    }

    private nint Call(nint function, nint a1 = 0, nint a2 = 0, nint a3 = 0)
    {
        nint result = Guard.Call(function, (nint)Pointer, a1, a2, a3);
        GC.KeepAlive(this);
        return result;
    }
}
