using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Simulation;

/// <summary>
/// The cameras of a task's environments. On a GPU, which renders one image at a time, they share one renderer: it has the
/// task's textures in memory once and uploads them once. By the processor, several renderers render at the same time, and each
/// environment has its own.
/// </summary>
/// <param name="areShared">Whether all environments share one renderer.</param>
internal sealed class TaskCameras(Func<bool> areShared)
{
    private readonly Lock _lock = new();
    private SceneCameras? _shared;
    private MjModel? _sharedModel;
    private int _users;

    /// <summary>The cameras for an environment, until <see cref="Return"/>.</summary>
    /// <param name="model">The environment's model, after <see cref="LiberoCamera.HideSites"/>.</param>
    /// <param name="observation">What is observed.</param>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public SceneCameras Rent(MjModel model, LiberoObservation observation)
    {
        if (!MujocoErrors.Translate(areShared))
            return Make(model, observation);
        lock (_lock)
        {
            if (_shared is null)
            {
                // The environment's model is gone with the environment, and others may still render.
                var copy = model.CopySharingAssets();
                try
                {
                    _shared = Make(copy, observation);
                }
                catch
                {
                    copy.Dispose();
                    throw;
                }

                _sharedModel = copy;
            }

            _users++;
            return _shared;
        }
    }

    /// <summary>Ends the use of cameras that <see cref="Rent"/> gave; the last user of shared ones frees them.</summary>
    public void Return(SceneCameras cameras)
    {
        lock (_lock)
        {
            if (cameras == _shared)
            {
                if (--_users > 0)
                    return;
                cameras.Dispose();
                _sharedModel!.Dispose();
                (_shared, _sharedModel) = (null, null);
                return;
            }
        }

        cameras.Dispose();
    }

    private static SceneCameras Make(MjModel model, LiberoObservation observation)
    {
        var image = observation.Space[0];
        return new SceneCameras(model, observation.Cameras.Values, image.Shape[0], image.Shape[1], ImageRotation.Mirrored);
    }
}
