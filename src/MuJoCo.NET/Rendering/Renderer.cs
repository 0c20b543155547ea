using System.Runtime.InteropServices;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// Renders a model off screen by EGL, without a window system: on a GPU when there is one, otherwise by Mesa's
/// llvmpipe. Any number of renderers, of different models and sizes, can be used at the same time: those created on one
/// thread share that thread's OpenGL context, and each has its own framebuffer.
/// </summary>
/// <remarks>
/// One thread at a time may use an instance. Rendering reads the quantities last computed in <see cref="MjData"/>; it
/// does not call <see cref="MjData.Forward"/>.
/// </remarks>
public sealed unsafe class Renderer : IDisposable
{
    private readonly Handle _handle;
    private readonly byte[] _row;

    /// <summary>Creates a renderer, and the thread's OpenGL context when this is the thread's first renderer.</summary>
    /// <param name="model">The model to render; the constructor uploads its textures and meshes.</param>
    /// <param name="width">The width of images, in pixels.</param>
    /// <param name="height">The height of images, in pixels.</param>
    /// <param name="maxGeom">
    /// The maximum number of geoms in a scene, decorations included; further geoms are not rendered.
    /// </param>
    /// <param name="samples">
    /// Samples per pixel for multisampling; null for the model's <c>offsamples</c>, 0 for no multisampling.
    /// </param>
    /// <exception cref="MujocoException">
    /// EGL is not installed (the message names the packages to install), or the framebuffer cannot be created.
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
    /// The OpenGL renderer and version, for example <c>llvmpipe (LLVM 15.0.6, 256 bits), OpenGL 4.5 ... Mesa
    /// 22.3.6</c>. Images of different OpenGL renderers differ slightly.
    /// </summary>
    /// <exception cref="MujocoException">EGL is not installed; the message names the packages to install.</exception>
    public static string Device
    {
        get
        {
            using var _ = GlContext.OfThread.Begin();
            return Egl.Describe();
        }
    }

    /// <summary>
    /// Whether images are rendered by the processor (Mesa's llvmpipe) instead of a GPU. A GPU renders one image at a time, also
    /// for several renderers: those of one model gain no time, and each has the textures in memory.
    /// </summary>
    /// <exception cref="MujocoException">EGL is not installed; the message names the packages to install.</exception>
    public static bool IsSoftware => GlContext.OfThread.IsSoftware;

    /// <summary>The model that is rendered.</summary>
    public MjModel Model { get; }

    /// <summary>The width of images, in pixels.</summary>
    public int Width { get; }

    /// <summary>The height of images, in pixels.</summary>
    public int Height { get; }

    /// <summary>
    /// Which elements are visible: groups of geoms and sites, labels, contacts, ... (<c>mjvOption</c>).
    /// </summary>
    public ref MjvOption Option => ref *(MjvOption*)Memory.Option;

    /// <summary>
    /// Rendering effects, indexed by <see cref="mjtRndFlag"/>: shadows, reflections, ...; 0 or 1 each.
    /// </summary>
    public Span<byte> Flags => new((byte*)Memory.Scene + Layout.mjvScene_flags, (int)mjtRndFlag.mjNRNDFLAG);

    /// <summary>Renders the image of one of the model's cameras.</summary>
    /// <param name="data">The data to render, as last computed.</param>
    /// <param name="camera">The camera's id; -1 for the model's default free camera.</param>
    /// <param name="rgb">Receives 8-bit RGB, [height, width, 3], row-major.</param>
    /// <param name="bottomUp">Whether the bottom row comes first, as in OpenGL, instead of the top row.</param>
    public void Render(MjData data, int camera, Span<byte> rgb, bool bottomUp = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(camera, Model.ncam);
        ArgumentOutOfRangeException.ThrowIfLessThan(camera, -1);
        var view = camera < 0 ? FreeCamera() : FixedCamera(camera);
        Render(data, ref view, rgb, bottomUp);
    }

    /// <summary>Renders the image of a camera; parameters as in the other overload.</summary>
    public void Render(MjData data, ref MjvCamera camera, Span<byte> rgb, bool bottomUp = false)
    {
        HasLength(rgb.Length, 3 * Width * Height);
        fixed (MjvCamera* view = &camera)
        fixed (byte* pixels = rgb)
            RenderScene(data, view, pixels, null);
        if (!bottomUp)
            Flip(rgb);
    }

    /// <summary>Renders the distances from one of the model's cameras, measured along its view axis.</summary>
    /// <param name="data">The data to render, as last computed.</param>
    /// <param name="camera">The camera's id.</param>
    /// <param name="depth">Receives the distances in metres, [height, width], row-major, the top row first.</param>
    public void RenderDepth(MjData data, int camera, Span<float> depth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)camera, (uint)Model.ncam);
        HasLength(depth.Length, Width * Height);
        var view = FixedCamera(camera);
        fixed (float* values = depth)
            RenderScene(data, &view, null, values);

        // OpenGL's depth is linear in 1/distance: 0 at the near clipping plane, 1 at the far one.
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
        GC.KeepAlive(this);
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

    private void RenderScene(MjData data, MjvCamera* camera, byte* rgb, float* depth)
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

    private void Flip(Span<byte> image, int stride = 0)
    {
        stride = stride == 0 ? 3 * Width : stride;
        Span<byte> row = stride <= _row.Length ? _row.AsSpan(0, stride) : new byte[stride];
        for (int top = 0, bottom = Height - 1; top < bottom; top++, bottom--)
        {
            Span<byte> upper = image.Slice(top * stride, stride), lower = image.Slice(bottom * stride, stride);
            upper.CopyTo(row);
            lower.CopyTo(upper);
            row.CopyTo(lower);
        }
    }

    private static void HasLength(int length, int needed)
    {
        if (length != needed)
            throw new ArgumentException($"the image needs {needed} elements, got {length}");
    }

    /// <summary>Owns the <c>mjrContext</c>, the scene, the options and a reference to the OpenGL context.</summary>
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
            try
            {
                Make(model, width, height, maxGeom, samples);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public GlContext Gl { get; }

        public nint Scene { get; }

        public nint Option { get; }

        public nint Perturb { get; }

        public nint Value => handle;

        public override bool IsInvalid => handle == 0;

        private void Make(MjModel model, int width, int height, int maxGeom, int? samples)
        {
            Guard.Call(Api.mjv_makeScene, (nint)model.Pointer, Scene, maxGeom);
            using (Gl.Begin())
            {
                Guard.Call(Api.mjr_makeContext, (nint)model.Pointer, handle, (nint)mjtFontScale.mjFONTSCALE_150);
                ref int offSamples = ref *(int*)((byte*)handle + Layout.mjrContext_offSamples);
                if (samples is { } wanted && wanted != offSamples)
                {
                    // A width of 0 makes mjr_resizeOffscreen create the buffer again, even when it has the right size.
                    offSamples = wanted;
                    *(int*)((byte*)handle + Layout.mjrContext_offWidth) = 0;
                }

                Guard.Call(Api.mjr_resizeOffscreen, width, height, handle);
                Guard.Call(Api.mjr_setBuffer, (nint)mjtFramebuffer.mjFB_OFFSCREEN, handle);
            }
        }

        protected override bool ReleaseHandle()
        {
            bool freed = FreeContext();
            freed &= Guard.Free(Api.mjv_freeScene, Scene);
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
                    return Guard.Free(Api.mjr_freeContext, handle);
            }
            catch (MujocoException)
            {
                // Without the context, its objects are gone too. A finalizer must not throw.
                return false;
            }
        }
    }
}
