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

    private readonly Lock _use = new();
    private nint _surface;

    public GlContext() : base(0, ownsHandle: true)
    {
    }

    /// <summary>This thread's context.</summary>
    /// <exception cref="MujocoException">EGL is not installed; the message names the packages to install.</exception>
    public static GlContext OfThread
    {
        get
        {
            if (t_current is null)
            {
                var context = new GlContext();
                (nint handle, context._surface) = Egl.CreateContext();
                context.SetHandle(handle);
                t_current = context;
            }

            return t_current;
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Makes the context current on the calling thread until the result is disposed.</summary>
    public Use Begin()
    {
        _use.Enter();
        try
        {
            Egl.MakeCurrent(handle, _surface);
        }
        catch
        {
            _use.Exit();
            throw;
        }

        return new Use(this);
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
                context._use.Exit();
            }
        }
    }
}
