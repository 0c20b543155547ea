using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Policies;

/// <summary>A policy that is one class, registered by one line.</summary>
public sealed class EpisodePolicyTests
{
    private const string State = "observation.state";

    [Fact]
    public void A_class_is_listed_under_its_name()
    {
        var registry = new Registry().Add(new WalkSuite()).Add(new PushingPolicy()).Add(new LeftOnly());
        Assert.Equal(new Dictionary<string, string> { ["pushing"] = "pushes to the right", ["left_only"] = "the class LeftOnly" }, registry.PolicyTypes);
        Assert.True(registry.Plays("pushing", new WalkConfig()));
        Assert.False(registry.Plays("left_only", new WalkConfig()));
        Assert.True(registry.Plays("left_only", new WalkConfig { Task = "left" }));
    }

    [Fact]
    public void Its_properties_are_flags()
    {
        var registry = new Registry().Add(new WalkSuite()).Add(new PushingPolicy { Force = 0.4 });
        var config = registry.NewPolicy("pushing", new WalkConfig());
        var flags = OptionProperty.Of(config.GetType(), "policy.").ToDictionary(flag => flag.Name);
        Assert.Equal("0.4", flags["policy.force"].TextOf(config));
        Assert.Equal("0 to 1", flags["policy.force"].Range);
        Assert.Equal("how hard", flags["policy.force"].Description);
        Assert.Contains("policy.device", flags.Keys);

        config.Set("force", "0.7");
        config.Validate();
        Assert.Equal(["force"], config.Given);
        using var policy = config.Make(PolicyContext.Of(new WalkConfig()));
        Assert.Equal("0.7", policy.Provenance["--policy.force"]);
        Assert.Equal(typeof(PushingPolicy).FullName, policy.Provenance["class"]);
        Assert.Equal("--policy.force: '2' is not a number, 0 to 1", Assert.Throws<EvalCoreException>(() => config.Set("force", "2")).Message);
        Assert.Equal("0.4", flags["policy.force"].TextOf(registry.NewPolicy("pushing", null)));
    }

    /// <summary>Each episode has an object of its own: neither its fields nor its random numbers are another's.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public async Task An_episode_does_not_depend_on_those_in_flight(int inFlight, bool threads)
    {
        var alone = await Play(new PushingPolicy(), 1, false);
        Assert.Equal(alone.Count, alone.DistinctBy(episode => episode.SumReward).Count());
        Assert.Equal(alone.Select(Result), (await Play(new PushingPolicy(), inFlight, threads)).Select(Result));

        static (int, int?, double) Result(EpisodeRecord episode) => (episode.EpisodeIndex, episode.Steps, episode.SumReward);
    }

    [Fact]
    public void A_chunk_is_played_before_the_next_observation()
    {
        using var policy = new EpisodePolicySource<CountingPolicy>().NewConfig("counting").Make(PolicyContext.Of(new WalkConfig()));
        using var session = policy.NewSession(Episode);
        var observation = new Observation(new ObservationSpace(ObservationField.Vector(State, 1)));
        double[] action = new double[1];
        var played = new List<double>();
        for (int step = 0; step < 7; step++)
        {
            Assert.Equal(step % 3 == 0, session.NeedsObservation);
            Assert.False(session.NeedsInference);
            if (session.NeedsObservation)
                session.Observe(observation);
            session.Act(action);
            played.Add(action[0]);
        }

        Assert.Equal([10, 11, 12, 20, 21, 22, 30], played);
    }

    [Fact]
    public void An_exception_names_the_class_and_the_episode()
    {
        var failure = Assert.Throws<PolicyFailedException>(() => Act(new BrokenPolicy { Where = "select" }));
        Assert.Equal($"BrokenPolicy failed in {Episode}: InvalidOperationException: no idea", failure.Message);
        Assert.Contains(nameof(BrokenPolicy.SelectAction), failure.InnerException!.StackTrace, StringComparison.Ordinal);
        Assert.Equal($"BrokenPolicy failed in {Episode}: InvalidOperationException: no start", Assert.Throws<PolicyFailedException>(() => Act(new BrokenPolicy { Where = "reset" })).Message);
    }

    [Fact]
    public void What_does_not_fit_is_one_line()
    {
        Assert.Equal("WrongChunkPolicy.PredictActionChunk: action 1 has 2 numbers, the environment's have 1", Assert.Throws<EvalCoreException>(() => Act(new WrongChunkPolicy())).Message);
        Assert.Equal("WrongChunkPolicy.PredictActionChunk returned no action", Assert.Throws<EvalCoreException>(() => Act(new WrongChunkPolicy { Empty = true })).Message);
        Assert.Equal("BlindPolicy: reads 'observation.nothing', but the environment has only observation.state", Assert.Throws<EvalCoreException>(() => Act(new BlindPolicy())).Message);
        Assert.StartsWith("TakenPolicy: --policy.device is a flag of every policy; give the property another name", Assert.Throws<ArgumentException>(() => new Registry().Add(new TakenPolicy())).Message, StringComparison.Ordinal);
        var stored = new PolicyContext(new ObservationSpace(ObservationField.Vector(State, 1)));
        Assert.Equal(
            "--policy.type=pushing: the policy plays in an environment only, and not on stored observations",
            Assert.Throws<EvalCoreException>(() => new EpisodePolicySource<PushingPolicy>().NewConfig("pushing").Make(stored)).Message);
    }

    [Fact]
    public void An_object_is_disposed_with_its_episode()
    {
        int before = DisposablePolicy.Disposed;
        Act(new DisposablePolicy());
        Assert.Equal(before + 1, DisposablePolicy.Disposed);
    }

    private static EpisodeSpec Episode => new EnvTask("walk", "walk", 0, "right", "").Episode(2, 1000);

    private static void Act<T>(T defaults) where T : EpisodePolicy, new()
    {
        using var policy = new EpisodePolicySource<T>(defaults).NewConfig("any").Make(PolicyContext.Of(new WalkConfig()));
        using var session = policy.NewSession(Episode);
        session.Observe(new Observation(new ObservationSpace(ObservationField.Vector(State, 1))));
        session.Act(new double[1]);
    }

    private static async Task<List<EpisodeRecord>> Play<T>(T defaults, int inFlight, bool threads) where T : EpisodePolicy, new()
    {
        var env = new WalkConfig { Task = "right" };
        using var policy = new EpisodePolicySource<T>(defaults).NewConfig("any").Make(PolicyContext.Of(env));
        var info = await Eval.EvalPolicy(env, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 8, BatchSize = inFlight, UseAsyncEnvs = threads } });
        return [.. info.Episodes.OrderBy(episode => episode.EpisodeIndex)];
    }

    [Description("pushes to the right")]
    private sealed class PushingPolicy : ReactivePolicy
    {
        private Random _random = new(0);
        private int _steps;

        [Description("how hard")]
        [Range(0.0, 1.0)]
        public double Force { get; set; } = 0.1;

        public override IReadOnlyList<string> ObservationKeys => [State];

        public override void Reset(EpisodeSpec episode) => _random = new Random((int)episode.PolicySeed);

        public override void SelectAction(Observation observation, Span<double> action) =>
            action[0] = Force + 0.01 * _steps++ + 0.2 * _random.NextDouble() - 0.1 - 0.1 * observation.Vector(State)[0];
    }

    private sealed class LeftOnly : ReactivePolicy
    {
        public override bool Plays(EnvConfig env) => env.Task == "left";

        public override void SelectAction(Observation observation, Span<double> action) => action[0] = -1;
    }

    private sealed class CountingPolicy : ChunkPolicy
    {
        private int _observed;

        public override IReadOnlyList<IReadOnlyList<double>> PredictActionChunk(Observation observation)
        {
            _observed++;
            return [.. Enumerable.Range(0, 3).Select(i => (double[])[10 * _observed + i])];
        }
    }

    private sealed class BrokenPolicy : ReactivePolicy
    {
        public string Where { get; set; } = "";

        public override void Reset(EpisodeSpec episode)
        {
            if (Where == "reset")
                throw new InvalidOperationException("no start");
        }

        public override void SelectAction(Observation observation, Span<double> action) => throw new InvalidOperationException("no idea");
    }

    private sealed class WrongChunkPolicy : ChunkPolicy
    {
        public bool Empty { get; set; }

        public override IReadOnlyList<IReadOnlyList<double>> PredictActionChunk(Observation observation) => Empty ? [] : [[1.0], [1.0, 2.0]];
    }

    private sealed class BlindPolicy : ReactivePolicy
    {
        public override IReadOnlyList<string> ObservationKeys => ["observation.nothing"];

        public override void SelectAction(Observation observation, Span<double> action) => action[0] = 1;
    }

    private sealed class TakenPolicy : ReactivePolicy
    {
        public string Device { get; set; } = "";

        public override void SelectAction(Observation observation, Span<double> action) => action[0] = 1;
    }

    private sealed class DisposablePolicy : ReactivePolicy, IDisposable
    {
        private static int _disposed;

        public static int Disposed => _disposed;

        public override void SelectAction(Observation observation, Span<double> action) => action[0] = 1;

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }
}
