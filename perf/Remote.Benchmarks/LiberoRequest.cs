using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Remote;
using EvalCore.Remote.Requests;

namespace Remote.Benchmarks;

/// <summary>A policy behind a server, and an observation of LIBERO's form.</summary>
internal sealed class LiberoRequest : IDisposable
{
    public LiberoRequest(string address, int size, Action<RemoteConfig>? configure = null)
    {
        var space = new ObservationSpace(
            ObservationField.Image("observation.images.image", size, size), ObservationField.Image("observation.images.image2", size, size),
            ObservationField.Vector(LiberoStateField.Position, 3), ObservationField.Vector(LiberoStateField.Quaternion, 4), ObservationField.Vector(LiberoStateField.Gripper, 2));
        Observation = new Observation(space);
        new Random(1).NextBytes(Observation.Image(0));
        new Random(2).NextBytes(Observation.Image(1));
        Observation.Vector(LiberoStateField.Quaternion)[0] = 1;
        var config = new RemoteConfig { Path = address };
        configure?.Invoke(config);
        Policy = config.Make(new PolicyContext(space) { Suite = "libero" });
    }

    public Observation Observation { get; }

    public IPolicy Policy { get; }

    public IPolicySession NewSession() => Policy.NewSession(new EpisodeSpec(new EnvTask("libero", "libero_spatial", 0, "task", "pick up the black bowl"), 0, 7, 0));

    /// <summary>Asks the server once and plays the actions of its answer.</summary>
    public void Call(IPolicySession session, IPolicySession[] alone, double[] action)
    {
        session.Observe(Observation);
        alone[0] = session;
        Policy.Infer(alone, CancellationToken.None);
        while (!session.NeedsInference)
            session.Act(action);
    }

    public void Dispose() => Policy.Dispose();
}
