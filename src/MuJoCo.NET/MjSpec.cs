using System.Runtime.InteropServices;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// An editable model specification (<c>mjSpec</c>): created empty or parsed from XML, edited, attached to others,
/// compiled, saved as XML. Elements are views of MuJoCo's structs with members of the same names.
/// </summary>
/// <remarks>
/// One thread at a time may use a specification. An element is valid until it is deleted or the specification disposed.
/// </remarks>
public sealed unsafe partial class MjSpec : IDisposable
{
    private const int ErrorLength = 1024;
    private readonly SpecHandle _handle = new();
    private readonly byte* _pointer;

    /// <summary>Creates an empty specification: only the world body.</summary>
    /// <exception cref="MujocoException">The library is missing or has another version.</exception>
    public MjSpec() : this(Make())
    {
    }

    private MjSpec(nint spec)
    {
        _pointer = (byte*)spec;
        _handle.Own(spec);
        try
        {
            Guard.RaiseWarnings();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The world body, the root of the tree of bodies.</summary>
    public MjsBody WorldBody => FindBody("world")!;

    internal byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _pointer;
        }
    }

    /// <summary>Parses an MJCF or URDF file.</summary>
    /// <exception cref="MujocoException">The file is missing or not valid; the message is MuJoCo's.</exception>
    public static MjSpec FromXmlFile(string path, MjVfs? files = null) => Parse(Api.mj_parseXML, path, path, files);

    /// <summary>Parses an MJCF or URDF string.</summary>
    /// <exception cref="MujocoException">The XML is not valid; the message is MuJoCo's.</exception>
    public static MjSpec FromXml(string xml, MjVfs? files = null) => Parse(Api.mj_parseXMLString, xml, "model", files);

    /// <summary>Returns an independent copy (<c>mj_copySpec</c>).</summary>
    public MjSpec Copy()
    {
        nint copy = Guard.Create(Api.mj_copySpec, (nint)Pointer);
        GC.KeepAlive(this);
        return copy != 0 ? new MjSpec(copy) : throw new MujocoException(Error);
    }

    /// <summary>Compiles the specification.</summary>
    /// <param name="files">Files in memory, which take precedence over files on disk.</param>
    /// <exception cref="MujocoException">The specification does not compile; the message is MuJoCo's.</exception>
    public MjModel Compile(MjVfs? files = null)
    {
        nint model = Guard.Create(Api.mj_compile, (nint)Pointer, files?.Pointer ?? 0);
        GC.KeepAlive(files);
        var compiled = model != 0 ? new MjModel(model) : null;
        try
        {
            string text = Error;
            if (compiled is null)
                throw new MujocoException(text.Length > 0 ? text : "the model does not compile");
            return compiled.RaiseWarnings(text);
        }
        catch
        {
            compiled?.Dispose();
            throw;
        }
    }

    /// <summary>Returns the specification as XML. It must be compiled after every change first.</summary>
    /// <exception cref="MujocoException">The specification cannot be saved; the message is MuJoCo's.</exception>
    public string ToXml()
    {
        Span<byte> error = stackalloc byte[ErrorLength];
        for (int length = 1 << 16; ; length *= 4)
        {
            byte[] xml = new byte[length];
            error.Clear();
            int result;
            fixed (byte* x = xml, e = error)
                result = (int)Call(Api.mj_saveXMLString, (nint)Pointer, (nint)x, length, (nint)e, ErrorLength);
            if (result == 0)
                return MjModel.Text(xml);
            // A positive result is the length needed.
            if (result < 0 || length > 1 << 28)
                throw new MujocoException(MjModel.Text(error));
        }
    }

    /// <summary>Writes the specification to an XML file.</summary>
    /// <exception cref="MujocoException">The specification cannot be saved; the message is MuJoCo's.</exception>
    public void SaveXml(string path) => File.WriteAllText(path, ToXml());

    /// <summary>Finds a body by name; null when there is none.</summary>
    public MjsBody? FindBody(string name)
    {
        nint body = WithText(Api.mjs_findBody, name);
        return body != 0 ? new MjsBody(this, body) : null;
    }

    /// <summary>Finds a frame by name; null when there is none.</summary>
    public MjsFrame? FindFrame(string name)
    {
        nint frame = WithText(Api.mjs_findFrame, name);
        return frame != 0 ? new MjsFrame(this, frame) : null;
    }

    /// <summary>Finds a geom by name; null when there is none.</summary>
    public MjsGeom? FindGeom(string name) => Find<MjsGeom>(mjtObj.mjOBJ_GEOM, name);

    /// <summary>Finds a site by name; null when there is none.</summary>
    public MjsSite? FindSite(string name) => Find<MjsSite>(mjtObj.mjOBJ_SITE, name);

    /// <summary>Finds a joint by name; null when there is none.</summary>
    public MjsJoint? FindJoint(string name) => Find<MjsJoint>(mjtObj.mjOBJ_JOINT, name);

    /// <summary>Finds a camera by name; null when there is none.</summary>
    public MjsCamera? FindCamera(string name) => Find<MjsCamera>(mjtObj.mjOBJ_CAMERA, name);

    /// <summary>Finds a light by name; null when there is none.</summary>
    public MjsLight? FindLight(string name) => Find<MjsLight>(mjtObj.mjOBJ_LIGHT, name);

    /// <summary>Finds a mesh by name; null when there is none.</summary>
    public MjsMesh? FindMesh(string name) => Find<MjsMesh>(mjtObj.mjOBJ_MESH, name);

    /// <summary>Finds a texture by name; null when there is none.</summary>
    public MjsTexture? FindTexture(string name) => Find<MjsTexture>(mjtObj.mjOBJ_TEXTURE, name);

    /// <summary>Finds a material by name; null when there is none.</summary>
    public MjsMaterial? FindMaterial(string name) => Find<MjsMaterial>(mjtObj.mjOBJ_MATERIAL, name);

    /// <summary>Finds an actuator by name; null when there is none.</summary>
    public MjsActuator? FindActuator(string name) => Find<MjsActuator>(mjtObj.mjOBJ_ACTUATOR, name);

    /// <summary>Finds a sensor by name; null when there is none.</summary>
    public MjsSensor? FindSensor(string name) => Find<MjsSensor>(mjtObj.mjOBJ_SENSOR, name);

    /// <summary>Finds an equality constraint by name; null when there is none.</summary>
    public MjsEquality? FindEquality(string name) => Find<MjsEquality>(mjtObj.mjOBJ_EQUALITY, name);

    /// <summary>Finds a tendon by name; null when there is none.</summary>
    public MjsTendon? FindTendon(string name) => Find<MjsTendon>(mjtObj.mjOBJ_TENDON, name);

    /// <summary>Finds a keyframe by name; null when there is none.</summary>
    public MjsKey? FindKey(string name) => Find<MjsKey>(mjtObj.mjOBJ_KEY, name);

    /// <summary>Adds a body as a child of another.</summary>
    public MjsBody AddBody(MjsBody parent) => Add<MjsBody>("mjs_addBody", Own(parent));

    /// <summary>Adds a geom to a body.</summary>
    public MjsGeom AddGeom(MjsBody body) => Add<MjsGeom>("mjs_addGeom", Own(body));

    /// <summary>Adds a site to a body.</summary>
    public MjsSite AddSite(MjsBody body) => Add<MjsSite>("mjs_addSite", Own(body));

    /// <summary>Adds a joint to a body.</summary>
    public MjsJoint AddJoint(MjsBody body) => Add<MjsJoint>("mjs_addJoint", Own(body));

    /// <summary>Adds a free joint to a body.</summary>
    public MjsJoint AddFreeJoint(MjsBody body) => Add<MjsJoint>("mjs_addFreeJoint", Own(body));

    /// <summary>Adds a camera to a body.</summary>
    public MjsCamera AddCamera(MjsBody body) => Add<MjsCamera>("mjs_addCamera", Own(body));

    /// <summary>Adds a light to a body.</summary>
    public MjsLight AddLight(MjsBody body) => Add<MjsLight>("mjs_addLight", Own(body));

    /// <summary>Adds a frame to a body, to which other elements can be attached.</summary>
    public MjsFrame AddFrame(MjsBody body) => Add<MjsFrame>("mjs_addFrame", Own(body));

    /// <summary>Adds an actuator.</summary>
    public MjsActuator AddActuator() => Add<MjsActuator>("mjs_addActuator", (nint)Pointer);

    /// <summary>Adds a sensor.</summary>
    public MjsSensor AddSensor() => Add<MjsSensor>("mjs_addSensor", (nint)Pointer);

    /// <summary>Adds an equality constraint.</summary>
    public MjsEquality AddEquality() => Add<MjsEquality>("mjs_addEquality", (nint)Pointer);

    /// <summary>Adds an exclusion of contacts between two bodies.</summary>
    public MjsExclude AddExclude() => Add<MjsExclude>("mjs_addExclude", (nint)Pointer);

    /// <summary>Adds a mesh.</summary>
    public MjsMesh AddMesh() => Add<MjsMesh>("mjs_addMesh", (nint)Pointer);

    /// <summary>Adds a texture.</summary>
    public MjsTexture AddTexture() => Add<MjsTexture>("mjs_addTexture", (nint)Pointer);

    /// <summary>Adds a material.</summary>
    public MjsMaterial AddMaterial() => Add<MjsMaterial>("mjs_addMaterial", (nint)Pointer);

    /// <summary>Adds a keyframe.</summary>
    public MjsKey AddKey() => Add<MjsKey>("mjs_addKey", (nint)Pointer);

    /// <summary>
    /// Attaches a copy of a body of another specification, with its descendants and the elements they refer to
    /// (<c>mjs_attach</c>).
    /// </summary>
    /// <param name="parent">A frame or a site of this specification.</param>
    /// <param name="child">A body or a frame of the other specification.</param>
    /// <param name="prefix">Added before the names of the attached elements.</param>
    /// <param name="suffix">Added after the names of the attached elements.</param>
    /// <exception cref="MujocoException">The child cannot be attached; the message is MuJoCo's.</exception>
    public void Attach(IMjsElement parent, IMjsElement child, string prefix = "", string suffix = "")
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(child);
        if (parent.Spec != this)
            throw new ArgumentException("the parent belongs to another specification", nameof(parent));
        Call(Api.mjs_setDeepCopy, (nint)Pointer, 1);
        using var before = new CString(prefix);
        using var after = new CString(suffix);
        nint attached = Call(Api.mjs_attach, parent.Element, child.Element, before.Pointer, after.Pointer);
        GC.KeepAlive(child.Spec);
        if (attached == 0)
            throw new MujocoException(Error);
    }

    /// <summary>Removes an element and the elements that depend on it.</summary>
    /// <exception cref="ArgumentException">The element belongs to another specification.</exception>
    /// <exception cref="MujocoException">The element cannot be removed; the message is MuJoCo's.</exception>
    public void Delete(IMjsElement element)
    {
        ArgumentNullException.ThrowIfNull(element);
        if (element.Spec != this)
            throw new ArgumentException("the element belongs to another specification", nameof(element));
        if ((int)Call(Api.mjs_delete, (nint)Pointer, element.Element) != 0)
            throw new MujocoException(Error);
    }

    /// <summary>
    /// Returns the names of all elements of a type, in order; empty strings for elements without a name.
    /// </summary>
    public IReadOnlyList<string> Names(mjtObj type)
    {
        var names = new List<string>();
        nint element = Call(Api.mjs_firstElement, (nint)Pointer, (nint)type);
        while (element != 0)
        {
            names.Add(GetString(Call(Api.mjs_getName, element)));
            element = Call(Api.mjs_nextElement, (nint)Pointer, element);
        }

        return names;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    internal nint Alive(nint element)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return element != 0 ? element : throw new InvalidOperationException("the element was not created by an MjSpec");
    }

    internal string GetName(IMjsElement element) => GetString(Call(Api.mjs_getName, element.Element));

    internal void SetName(IMjsElement element, string name)
    {
        using var text = new CString(name);
        if ((int)Call(Api.mjs_setName, element.Element, text.Pointer) != 0)
            throw new MujocoException(Error);
    }

    internal string GetString(nint source)
    {
        string? text = Marshal.PtrToStringUTF8(Call(Api.mjs_getString, source));
        GC.KeepAlive(this);
        return text ?? "";
    }

    internal void SetString(nint destination, string value)
    {
        using var text = new CString(value);
        Call(Api.mjs_setString, destination, text.Pointer);
    }

    internal ReadOnlySpan<double> GetDouble(nint source)
    {
        int size;
        nint values = Call(Api.mjs_getDouble, source, (nint)(&size));
        return new ReadOnlySpan<double>((void*)values, size);
    }

    internal void SetDouble(nint destination, ReadOnlySpan<double> values)
    {
        fixed (double* v = values)
            Call(Api.mjs_setDouble, destination, (nint)v, values.Length);
    }

    private string Error
    {
        get
        {
            string? text = Marshal.PtrToStringUTF8(Call(Api.mjs_getError, (nint)Pointer));
            GC.KeepAlive(this);
            return text?.Trim() ?? "";
        }
    }

    private static nint Make()
    {
        Library.Require();
        return Guard.Create(Api.mj_makeSpec);
    }

    private static MjSpec Parse(nint function, string source, string what, MjVfs? files)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        Library.Require();
        Span<byte> error = stackalloc byte[ErrorLength];
        error.Clear();
        using var text = new CString(source);
        nint spec;
        fixed (byte* e = error)
            spec = Guard.Create(function, text.Pointer, files?.Pointer ?? 0, (nint)e, ErrorLength);
        GC.KeepAlive(files);
        return spec != 0 ? new MjSpec(spec) : throw new MujocoException($"{what}: {MjModel.Text(error)}");
    }

    private T? Find<T>(mjtObj type, string name) where T : class, IMjsView<T>
    {
        using var text = new CString(name);
        nint element = Call(Api.mjs_findElement, (nint)Pointer, (nint)type, text.Pointer);
        return element != 0 ? T.At(this, Call(T.Cast, element)) : null;
    }

    private T Add<T>(string function, nint parent) where T : class, IMjsView<T>
    {
        nint added = Call(Library.Find(function), parent);
        return added != 0 ? T.At(this, added) : throw new MujocoException(Error);
    }

    /// <summary>The pointer of a body of this specification.</summary>
    private nint Own(MjsBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body.Spec == this
            ? (nint)body.Pointer
            : throw new ArgumentException("the body belongs to another specification", nameof(body));
    }

    private nint WithText(nint function, string name)
    {
        using var text = new CString(name);
        return Call(function, (nint)Pointer, text.Pointer);
    }

    private nint Call(nint function, nint a0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0)
    {
        nint result = Guard.Call(function, a0, a1, a2, a3, a4);
        GC.KeepAlive(this);
        return result;
    }
}
