using System.Runtime.InteropServices;
using System.Text;

namespace MuJoCo.Native;

/// <summary>EGL, loaded at first use: a display without a window system, and OpenGL contexts on it.</summary>
internal static unsafe class Egl
{
    private const string Packages =
        "install the packages libegl1, libegl-mesa0 and libgl1-mesa-dri (apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri)";
    private const int RtldNow = 2, RtldGlobal = 0x100;
    private const int PlatformDevice = 0x313F, PlatformSurfaceless = 0x31DD, OpenGlApi = 0x30A2, Extensions = 0x3055;
    private const int RedSize = 0x3024, GreenSize = 0x3023, BlueSize = 0x3022, AlphaSize = 0x3021, DepthSize = 0x3025,
        StencilSize = 0x3026, SurfaceType = 0x3033, PbufferBit = 1, RenderableType = 0x3040, OpenGlBit = 8,
        None = 0x3038, Width = 0x3057, Height = 0x3056;

    private static readonly Lock Opening = new();
    private static nint s_library, s_display, s_config;
    private static bool s_surfaceless;
    private static delegate* unmanaged<nint, nint, nint, nint, int> s_makeCurrent;
    private static delegate* unmanaged<uint, int> s_bindApi;

    /// <summary>Creates an OpenGL context on the process's display.</summary>
    /// <exception cref="MujocoException">
    /// There is no EGL, or it has no OpenGL; the message names the packages to install.
    /// </exception>
    public static (nint Context, nint Surface) CreateContext()
    {
        lock (Opening)
        {
            if (s_display == 0)
                Open();
            s_bindApi(OpenGlApi);
            var create = (delegate* unmanaged<nint, nint, nint, int*, nint>)Function("eglCreateContext");
            nint context = create(s_display, s_config, 0, null);
            if (context == 0)
                throw new MujocoException($"eglCreateContext failed to create an OpenGL context ({LastError()}): {Packages}");
            if (s_surfaceless)
                return (context, 0);
            int* attributes = stackalloc int[] { Width, 1, Height, 1, None };
            var pbuffer = (delegate* unmanaged<nint, nint, int*, nint>)Function("eglCreatePbufferSurface");
            return (context, pbuffer(s_display, s_config, attributes));
        }
    }

    /// <summary>Whether OpenGL is computed by the processor (Mesa's llvmpipe or softpipe). Needs a current context.</summary>
    public static bool RendersInSoftware => Describe().Contains("pipe", StringComparison.OrdinalIgnoreCase);

    public static void MakeCurrent(nint context, nint surface)
    {
        // EGL stores the bound API per thread; its default is OpenGL ES.
        s_bindApi(OpenGlApi);
        if (s_makeCurrent(s_display, surface, surface, context) == 0)
            throw new MujocoException($"eglMakeCurrent failed ({LastError()})");
    }

    public static void Destroy(nint context, nint surface)
    {
        ((delegate* unmanaged<nint, nint, int>)Function("eglDestroyContext"))(s_display, context);
        if (surface != 0)
            ((delegate* unmanaged<nint, nint, int>)Function("eglDestroySurface"))(s_display, surface);
    }

    /// <summary>The OpenGL renderer and version of the current context.</summary>
    public static string Describe()
    {
        const uint Renderer = 0x1F01, Version = 0x1F02;
        nint address = Address("glGetString");
        if (address == 0)
            return "unknown";
        var text = (delegate* unmanaged<uint, nint>)address;
        return $"{Marshal.PtrToStringUTF8(text(Renderer))}, OpenGL {Marshal.PtrToStringUTF8(text(Version))}";
    }

    private static void Open()
    {
        if (s_library == 0)
            s_library = LoadLibrary("libEGL.so.1");
        s_bindApi = (delegate* unmanaged<uint, int>)Function("eglBindAPI");
        s_makeCurrent = (delegate* unmanaged<nint, nint, nint, nint, int>)Function("eglMakeCurrent");
        foreach (nint display in Displays())
        {
            if (display == 0 || !Initialize(display, out nint config))
                continue;
            s_surfaceless = Text(display, Extensions).Contains("EGL_KHR_surfaceless_context", StringComparison.Ordinal);
            s_config = config;
            s_display = display;
            return;
        }

        throw new MujocoException($"EGL has no display that supports OpenGL ({LastError()}): {Packages}");
    }

    /// <summary>Loads the EGL library, <c>libEGL.so.1</c>.</summary>
    /// <exception cref="MujocoException">It is not installed; the message names the packages to install.</exception>
    internal static nint LoadLibrary(string file)
    {
        // MuJoCo finds EGL among the process's global symbols; NativeLibrary.Load would not add it to them.
        nint libc = NativeLibrary.Load("libc.so.6");
        var dlopen = (delegate* unmanaged<byte*, int, nint>)NativeLibrary.GetExport(libc, "dlopen");
        fixed (byte* name = Encoding.UTF8.GetBytes(file + '\0'))
        {
            nint library = dlopen(name, RtldNow | RtldGlobal);
            return library != 0
                ? library
                : throw new MujocoException(
                    $"off-screen rendering needs EGL, but {file} is not installed: {Packages}");
        }
    }

    private static bool Initialize(nint display, out nint config)
    {
        config = 0;
        int major, minor;
        if (((delegate* unmanaged<nint, int*, int*, int>)Function("eglInitialize"))(display, &major, &minor) == 0)
            return false;
        if (s_bindApi(OpenGlApi) == 0)
            return false;
        int* wanted = stackalloc int[]
        {
            RedSize, 8, GreenSize, 8, BlueSize, 8, AlphaSize, 8, DepthSize, 24, StencilSize, 8,
            SurfaceType, PbufferBit, RenderableType, OpenGlBit, None,
        };
        nint first;
        int count;
        var choose = (delegate* unmanaged<nint, int*, nint*, int, int*, int>)Function("eglChooseConfig");
        if (choose(display, wanted, &first, 1, &count) == 0 || count == 0)
            return false;
        config = first;
        return true;
    }

    /// <summary>
    /// The displays to try: the devices in the order in which EGL lists them (hardware first, Mesa's software device
    /// last), then Mesa's display without a device. With <c>MUJOCO_EGL_DEVICE_ID</c>, only the device of that index; with
    /// <c>LIBGL_ALWAYS_SOFTWARE</c>, which a driver other than Mesa does not read, only software devices.
    /// </summary>
    private static List<nint> Displays()
    {
        var displays = new List<nint>();
        string client = Text(0, Extensions);
        nint platform = Address("eglGetPlatformDisplayEXT");
        if (platform == 0)
            return displays;
        var get = (delegate* unmanaged<uint, nint, int*, nint>)platform;

        nint query = Address("eglQueryDevicesEXT");
        if (query != 0 && client.Contains("EGL_EXT_platform_device", StringComparison.Ordinal))
        {
            nint* devices = stackalloc nint[16];
            int count;
            if (((delegate* unmanaged<int, nint*, int*, int>)query)(16, devices, &count) != 0)
            {
                string? chosen = Environment.GetEnvironmentVariable("MUJOCO_EGL_DEVICE_ID");
                if (string.IsNullOrEmpty(chosen))
                {
                    bool onlySoftware = IsSet(Environment.GetEnvironmentVariable("LIBGL_ALWAYS_SOFTWARE"));
                    for (int i = 0; i < count; i++)
                    {
                        if (!onlySoftware || IsSoftware(devices[i]))
                            displays.Add(get(PlatformDevice, devices[i], null));
                    }
                }
                else if (int.TryParse(chosen, out int id) && id >= 0 && id < count)
                    return [get(PlatformDevice, devices[id], null)];
                else
                {
                    throw new MujocoException(
                        $"MUJOCO_EGL_DEVICE_ID={chosen}: must be the index of an EGL device, 0 to {count - 1}");
                }
            }
        }

        if (client.Contains("EGL_MESA_platform_surfaceless", StringComparison.Ordinal))
            displays.Add(get(PlatformSurfaceless, 0, null));
        return displays;
    }

    /// <summary>Whether a switch of Mesa is on, as Mesa reads it.</summary>
    internal static bool IsSet(string? value) => value?.ToLowerInvariant() is "1" or "true" or "t" or "y" or "yes";

    private static bool IsSoftware(nint device)
    {
        nint query = Address("eglQueryDeviceStringEXT");
        return query != 0
            && Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, int, nint>)query)(device, Extensions)) is { } extensions
            && extensions.Contains("EGL_MESA_device_software", StringComparison.Ordinal);
    }

    private static string Text(nint display, int name) => Marshal.PtrToStringUTF8(
        ((delegate* unmanaged<nint, int, nint>)Function("eglQueryString"))(display, name)) ?? "";

    private static string LastError() => $"EGL error 0x{((delegate* unmanaged<int>)Function("eglGetError"))():X}";

    private static nint Function(string name) => NativeLibrary.GetExport(s_library, name);

    /// <summary>The address of a function of OpenGL or of an extension; 0 when there is none.</summary>
    internal static nint Address(string name)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            return ((delegate* unmanaged<byte*, nint>)Function("eglGetProcAddress"))(text);
    }
}
