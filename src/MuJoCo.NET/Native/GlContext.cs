using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// The OpenGL context of a thread, created when the thread first renders. It is current only during a
/// <see cref="Use"/>, so that another thread that disposes a renderer can make it current and free the renderer's
/// objects, and so that a thread does not end with a current context.
/// </summary>
internal sealed class GlContext : SafeHandle
{
    [ThreadStatic]
    private static GlContext? t_current;

    /// <summary>
    /// Held while a GPU renders. It renders for one context at a time, and changes between contexts of several threads cost it
    /// more than an image does. llvmpipe renders for several contexts at the same time.
    /// </summary>
    private static readonly Lock Gpu = new();

    private readonly Lock _use = new();
    private readonly nint _surface;

    /// <summary>Creates a context.</summary>
    /// <exception cref="MujocoException">EGL is not installed; the message names the packages to install.</exception>
    public GlContext() : base(0, ownsHandle: true)
    {
        (nint context, _surface) = Egl.CreateContext();
        SetHandle(context);
        try
        {
            Egl.MakeCurrent(handle, _surface);
            IsSoftware = Egl.RendersInSoftware;
            Egl.MakeCurrent(0, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>This thread's context.</summary>
    /// <exception cref="MujocoException">EGL is not installed; the message names the packages to install.</exception>
    public static GlContext OfThread => t_current ??= new GlContext();

    /// <summary>Whether images are rendered by the processor.</summary>
    public bool IsSoftware { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Makes the context current on the calling thread until the result is disposed.</summary>
    public Use Begin()
    {
        Enter();
        try
        {
            Egl.MakeCurrent(handle, _surface);
        }
        catch
        {
            Exit();
            throw;
        }

        return new Use(this);
    }

    private void Enter()
    {
        _use.Enter();
        if (!IsSoftware)
            Gpu.Enter();
    }

    private void Exit()
    {
        if (!IsSoftware)
            Gpu.Exit();
        _use.Exit();
    }

    protected override bool ReleaseHandle()
    {
        Egl.Destroy(handle, _surface);
        return true;
    }

    public readonly ref struct Use(GlContext context)
    {
        public void Dispose()
        {
            try
            {
                Egl.MakeCurrent(0, 0);
            }
            finally
            {
                context.Exit();
            }
        }
    }
}
