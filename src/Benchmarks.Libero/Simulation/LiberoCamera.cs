using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Simulation;

/// <summary>How LIBERO's images are rendered (robosuite 1.4.0, <c>utils/binding_utils.py</c>; LIBERO, <c>envs/env_wrapper.py</c>).</summary>
internal static class LiberoCamera
{
    private const int CollisionGroup = 0;

    /// <summary>
    /// Hides the sites that mark points of the robot and the objects, in a model that is to be rendered. LIBERO does so after a
    /// reset. A burner stays visible; see <see cref="Burners"/>.
    /// </summary>
    public static void HideSites(MjModel model)
    {
        for (int site = 0; site < model.nsite; site++)
        {
            ref float alpha = ref model.site_rgba[4 * site + 3];
            if (alpha > 0 && !Burners.IsBurner(model, site))
                alpha = -alpha;
        }
    }

    /// <summary>Makes a renderer that shows geoms as they look, not those for collisions.</summary>
    /// <param name="model">The model, after <see cref="HideSites"/>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="samples">Samples per pixel for anti-aliasing; null for the model's, which is 4.</param>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public static Renderer MakeRenderer(MjModel model, int height, int width, int? samples = null)
    {
        var renderer = MujocoErrors.Translate(() => new Renderer(model, width, height, samples: samples));
        renderer.Option.geomgroup[CollisionGroup] = 0;
        return renderer;
    }

    /// <summary>
    /// Makes a camera with a renderer of its own, for the frames of a video: upright and mirrored, as the policy sees it.
    /// </summary>
    /// <param name="model">The model, after <see cref="HideSites"/>.</param>
    /// <param name="name">The camera, for example <c>agentview</c>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="samples">Samples per pixel for anti-aliasing; null for the model's.</param>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public static Camera MakeForVideo(MjModel model, string name, int height, int width, int? samples = null) =>
        new(MakeRenderer(model, height, width, samples), name, ImageRotation.Mirrored);
}
