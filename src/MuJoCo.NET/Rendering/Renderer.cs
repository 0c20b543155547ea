using System.Runtime.InteropServices;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// Draws a model off screen, by EGL: on the GPU where there is one, by Mesa's llvmpipe where not; no window system is
/// needed. Renderers of any number of models and sizes live side by side: those made on one thread share that thread's
/// OpenGL context, each with a framebuffer of its own.
/// </summary>
/// <remarks>
/// Used by one thread at a time. What is drawn is <see cref="MjData"/> as it was last computed: no forward pass is
/// made.
/// </remarks>
public sealed unsafe class Renderer : IDisposable
{
    private readonly Handle _handle;
    private readonly byte[] _row;

    /// <summary>Makes a renderer, and the thread's OpenGL context if this is the first.</summary>
    /// <param name="model">What to draw; its textures and meshes are uploaded now.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="maxGeom">
    /// How many geoms, decorations included, a scene may have; those beyond are not drawn.
    /// </param>
    /// <param name="samples">
    /// Samples per pixel against jagged edges; null for the model's <c>offsamples</c>, 0 for none.
    /// </param>
    /// <exception cref="MujocoException">
    /// There is no EGL (the line names the packages), or the buffer cannot be made.
    /// </exception>
    public Renderer(MjModel model, int width, int height, int maxGeom = 1000, int? samples = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxGeom);
        Model = model;
        Width = width;
        Height = height;
        _row = new byte[3 * width];
        _handle = new Handle(model, width, height, maxGeom, samples);
    }

    /// <summary>
    /// What draws on this machine, for example <c>llvmpipe (LLVM 15.0.6, 256 bits), OpenGL 4.5 ... Mesa 22.3.6</c>.
    /// Pictures of different renderers differ slightly.
    /// </summary>
    /// <exception cref="MujocoException">There is no EGL; the line names the packages.</exception>
    public static string Device
    {
        get
        {
            using var _ = GlContext.OfThread.Begin();
            return Egl.Describe();
        }
    }

    /// <summary>What is drawn.</summary>
    public MjModel Model { get; }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>What is visible: groups of geoms and sites, labels, contacts, ... (<c>mjvOption</c>).</summary>
    public ref MjvOption Option => ref *(MjvOption*)Memory.Option;

    /// <summary>Effects, by <see cref="mjtRndFlag"/>: shadows, reflections, ... 0 or 1 each.</summary>
    public Span<byte> Flags => new((byte*)Memory.Scene + Layout.mjvScene_flags, (int)mjtRndFlag.mjNRNDFLAG);

    /// <summary>Draws what one of the model's cameras sees.</summary>
    /// <param name="data">The state, as last computed.</param>
    /// <param name="camera">The camera's number; -1 for the free camera the model starts with.</param>
    /// <param name="rgb">8-bit RGB, height x width x 3, row-major.</param>
    /// <param name="bottomUp">The bottom row first, as OpenGL keeps pictures, instead of the top row.</param>
    public void Render(MjData data, int camera, Span<byte> rgb, bool bottomUp = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(camera, Model.ncam);
        ArgumentOutOfRangeException.ThrowIfLessThan(camera, -1);
        var view = camera < 0 ? FreeCamera() : FixedCamera(camera);
        Render(data, ref view, rgb, bottomUp);
    }

    /// <summary>Draws what a camera sees; parameters as the other overload's.</summary>
    public void Render(MjData data, ref MjvCamera camera, Span<byte> rgb, bool bottomUp = false)
    {
        HasLength(rgb.Length, 3 * Width * Height);
        fixed (MjvCamera* view = &camera)
        fixed (byte* pixels = rgb)
            Draw(data, view, pixels, null);
        if (!bottomUp)
            Flip(rgb);
    }

    /// <summary>Distances from one of the model's cameras along its view axis.</summary>
    /// <param name="data">The state, as last computed.</param>
    /// <param name="camera">The camera's number.</param>
    /// <param name="depth">Metres, height x width, row-major, the top row first.</param>
    public void RenderDepth(MjData data, int camera, Span<float> depth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)camera, (uint)Model.ncam);
        HasLength(depth.Length, Width * Height);
        var view = FixedCamera(camera);
        fixed (float* values = depth)
            Draw(data, &view, null, values);

        // OpenGL keeps 1/distance, scaled to [0, 1] between the clipping planes.
        float near = (float)(Model.vis.map.znear * Model.stat.extent);
        float far = (float)(Model.vis.map.zfar * Model.stat.extent);
        foreach (ref float z in depth)
            z = near / (1 - z * (1 - near / far));
        Flip(MemoryMarshal.AsBytes(depth), 4 * Width);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private Handle Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle;
        }
    }

    private MjvCamera FreeCamera()
    {
        MjvCamera camera;
        Guard.Call(Api.mjv_defaultFreeCamera, (nint)Model.Pointer, (nint)(&camera));
        return camera;
    }

    private static MjvCamera FixedCamera(int number)
    {
        MjvCamera camera;
        Guard.Call(Api.mjv_defaultCamera, (nint)(&camera));
        camera.type = (int)mjtCamera.mjCAMERA_FIXED;
        camera.fixedcamid = number;
        return camera;
    }

    private void Draw(MjData data, MjvCamera* camera, byte* rgb, float* depth)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Model != Model)
            throw new ArgumentException("the data belong to another model", nameof(data));
        Handle memory = Memory;
        Guard.Call(
            Api.mjv_updateScene, (nint)Model.Pointer, (nint)data.Pointer, memory.Option, memory.Perturb, (nint)camera,
            (nint)mjtCatBit.mjCAT_ALL, memory.Scene);
        // An mjrRect is passed by value, in two registers: left and bottom, width and height.
        nint size = (nint)((long)Height << 32 | (uint)Width);
        using (memory.Gl.Begin())
        {
            Guard.Call(Api.mjr_setBuffer, (nint)mjtFramebuffer.mjFB_OFFSCREEN, memory.Value);
            Guard.Call(Api.mjr_render, 0, size, memory.Scene, memory.Value);
            Guard.Call(Api.mjr_readPixels, (nint)rgb, (nint)depth, 0, size, memory.Value);
        }

        GC.KeepAlive(this);
        GC.KeepAlive(data);
    }

    private void Flip(Span<byte> picture, int stride = 0)
    {
        stride = stride == 0 ? 3 * Width : stride;
        Span<byte> row = stride <= _row.Length ? _row.AsSpan(0, stride) : new byte[stride];
        for (int top = 0, bottom = Height - 1; top < bottom; top++, bottom--)
        {
            Span<byte> upper = picture.Slice(top * stride, stride), lower = picture.Slice(bottom * stride, stride);
            upper.CopyTo(row);
            lower.CopyTo(upper);
            row.CopyTo(lower);
        }
    }

    private static void HasLength(int length, int needed)
    {
        if (length != needed)
            throw new ArgumentException($"the picture needs {needed} elements, got {length}");
    }

    /// <summary>Owns the <c>mjrContext</c> and what goes with it.</summary>
    private sealed class Handle : SafeHandle
    {
        public Handle(MjModel model, int width, int height, int maxGeom, int? samples) : base(0, ownsHandle: true)
        {
            Gl = GlContext.OfThread;
            bool added = false;
            Gl.DangerousAddRef(ref added);
            SetHandle((nint)NativeMemory.AllocZeroed(Layout.mjrContext));
            Scene = (nint)NativeMemory.AllocZeroed(Layout.mjvScene);
            Option = (nint)NativeMemory.AllocZeroed((nuint)sizeof(MjvOption));
            Perturb = (nint)NativeMemory.AllocZeroed(Layout.mjvPerturb);
            Guard.Call(Api.mjv_defaultOption, Option);
            Guard.Call(Api.mjv_defaultPerturb, Perturb);
            Guard.Call(Api.mjv_defaultScene, Scene);
            Guard.Call(Api.mjr_defaultContext, handle);
            Guard.Call(Api.mjv_makeScene, (nint)model.Pointer, Scene, maxGeom);
            using (Gl.Begin())
            {
                Guard.Call(Api.mjr_makeContext, (nint)model.Pointer, handle, (nint)mjtFontScale.mjFONTSCALE_150);
                ref int offSamples = ref *(int*)((byte*)handle + Layout.mjrContext_offSamples);
                if (samples is { } wanted && wanted != offSamples)
                {
                    // The size is forgotten, so that the buffer is made anew even where it was right.
                    offSamples = wanted;
                    *(int*)((byte*)handle + Layout.mjrContext_offWidth) = 0;
                }

                Guard.Call(Api.mjr_resizeOffscreen, width, height, handle);
                Guard.Call(Api.mjr_setBuffer, (nint)mjtFramebuffer.mjFB_OFFSCREEN, handle);
            }
        }

        public GlContext Gl { get; }

        public nint Scene { get; }

        public nint Option { get; }

        public nint Perturb { get; }

        public nint Value => handle;

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            bool freed = FreeContext();
            Guard.Call(Api.mjv_freeScene, Scene);
            NativeMemory.Free((void*)handle);
            NativeMemory.Free((void*)Scene);
            NativeMemory.Free((void*)Option);
            NativeMemory.Free((void*)Perturb);
            Gl.DangerousRelease();
            return freed;
        }

        private bool FreeContext()
        {
            try
            {
                using (Gl.Begin())
                    Guard.Call(Api.mjr_freeContext, handle);
                return true;
            }
            catch (MujocoException)
            {
                // A driver that gives the context no more has taken its objects with it; a finalizer must not throw.
                return false;
            }
        }
    }
}
