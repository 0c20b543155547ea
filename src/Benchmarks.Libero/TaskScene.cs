using Benchmarks.Libero.Goals;
using Benchmarks.Libero.Resets;
using Benchmarks.Libero.Scenes;
using Benchmarks.Libero.Simulation;
using MuJoCo;

namespace Benchmarks.Libero;

/// <summary>What all environments of a task share besides the compiled model. Several threads may use it.</summary>
internal sealed class TaskScene
{
    private readonly InitStates? _initStates;

    /// <summary>Prepares a task.</summary>
    /// <param name="name">The task's name, for messages.</param>
    /// <param name="scene">Its scene.</param>
    /// <param name="model">The scene's model.</param>
    /// <param name="initStates">Its stored initial states; null where episodes start from a sampled state.</param>
    /// <exception cref="EvalCore.EvalCoreException">The initial states are not the model's, or a predicate has no meaning.</exception>
    public TaskScene(string name, Scene scene, MjModel model, InitStates? initStates)
    {
        initStates?.CheckFits(model);
        (Name, Scene, _initStates) = (name, scene, initStates);
        Reset = new SeededReset(scene);
        Goal = new Goal(scene, model);
    }

    public string Name { get; }

    public Scene Scene { get; }

    public SeededReset Reset { get; }

    public Goal Goal { get; }

    public TaskCameras Cameras { get; init; } = new(() => !Renderer.IsSoftware);

    public InitStates InitStates => _initStates
        ?? throw new InvalidOperationException($"{Name} has no stored initial states: its episodes start from sampled ones.");
}
