using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>TD-MPC against LeRobot, with the random numbers that LeRobot drew.</summary>
public class TdMpcTests
{
    [Theory]
    [InlineData("b1", Batching.Exact)]
    [InlineData("b3", Batching.Exact)]
    [InlineData("b3", Batching.Dynamic)]
    public void Chunks_and_actions_equal_LeRobots(string name, Batching batching)
    {
        var golden = new GoldenCase("tdmpc", name);
        using var result = golden.Infer(drawsOf: "select", batching);
        golden.Compare(result, "chunk", raw: 1e-6, post: 1e-6);
        golden.Compare(result, "select", raw: 1e-6, post: 1e-6);
    }

    [Theory]
    [InlineData(Batching.Exact)]
    [InlineData(Batching.Dynamic)]
    public void Actions_without_planning_equal_LeRobots(Batching batching)
    {
        var golden = new GoldenCase("tdmpc", "b2_nompc");
        using var result = golden.Infer(drawsOf: null, batching);
        golden.Compare(result, "select", raw: 1e-6, post: 1e-6);
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes() => new GoldenCase("tdmpc", "b1").CompareModules(1e-5);

    [Fact]
    public void The_first_action_of_a_plan_is_repeated_or_the_first_ones_are_played()
    {
        var golden = new GoldenCase("tdmpc", "b1");
        var repeated = Played(golden, "n_action_repeats=3");
        Assert.Equal(3, repeated.Count);
        Assert.Single(repeated.Distinct());
        var first = Played(golden, "n_action_repeats=1", "n_action_steps=4");
        Assert.Equal(4, first.Count);
        Assert.Equal(repeated[0], first[0]);
        Assert.Equal(4, first.Distinct().Count());
    }

    [Fact]
    public void A_plan_starts_from_the_episodes_last_one()
    {
        var golden = new GoldenCase("tdmpc", "b1");
        using var policy = TestPolicy.Load(golden.Checkpoint, golden.Space, "n_action_repeats=1");
        using var session = policy.NewSession(TestEpisode.Of(1000), draws: null);
        session.Observe(new Observation(golden.Space));
        policy.Infer([session], CancellationToken.None);
        var memory = ((LeRobotSession)session).State.Memory<EvalCore.Torch.Policies.TdMpc.PreviousPlan>();
        float[] first = [.. memory.Mean!.data<float>()];
        policy.Infer([session], CancellationToken.None);
        Assert.NotEqual(first, memory.Mean!.data<float>().ToArray());
        Assert.Equal([5, 4], memory.Mean!.shape);
    }

    [Theory]
    [InlineData("--policy.n_action_steps is 2; with more than 1, n_action_repeats must be 1, but is 2", "n_action_steps=2")]
    [InlineData("--policy.n_action_steps is 6; it must be from 1 to horizon, 5", "n_action_steps=6", "n_action_repeats=1")]
    [InlineData("--policy.n_action_steps is 2; without use_mpc it must be 1", "n_action_steps=2", "n_action_repeats=1", "use_mpc=false")]
    [InlineData("--policy.n_elites is 80; it must be from 1 to n_gaussian_samples + n_pi_samples, 75", "n_elites=80")]
    [InlineData("--policy.min_std is 3; it must be from 0 to max_std, 2", "min_std=3")]
    [InlineData("--policy.n_obs_steps is 2, but TD-MPC reads one observation: it must be 1", "n_obs_steps=2")]
    [InlineData("--policy.use_mpc", "use_mpc=perhaps")]
    [InlineData("--policy.horizon", "horizon=0")]
    public void A_bad_flag_is_one_clear_line(string message, params string[] flags)
    {
        string checkpoint = new GoldenCase("tdmpc", "b1").Checkpoint;
        string actual = Assert.Throws<EvalCoreException>(() => TestPolicy.Config(checkpoint, flags)).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', actual);
    }

    [Theory]
    [InlineData("observation.images.top", false, "input_features has 2 images, but TD-MPC reads at most one")]
    [InlineData("observation.images.top", true, "input_features has an image 'observation.images.top', but TD-MPC reads 'observation.image'")]
    public void Another_camera_is_one_clear_line(string name, bool instead, string message)
    {
        using var folder = new TestFolder(new GoldenCase("tdmpc", "b1").Checkpoint);
        folder.Edit("config.json", json =>
        {
            var features = json["input_features"]!.AsObject();
            features[name] = features["observation.image"]!.DeepClone();
            if (instead)
                features.Remove("observation.image");
        });
        Assert.EndsWith($"config.json: {message}", Assert.Throws<EvalCoreException>(() => TestPolicy.Config(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_does_not_fit_is_one_clear_line()
    {
        var golden = new GoldenCase("tdmpc", "b1");
        string message = Assert.Throws<EvalCoreException>(() => TestPolicy.Load(golden.Checkpoint, golden.Space, "mlp_dim=48")).Message;
        Assert.Contains("tensor 'model._dynamics.0.weight' is F32 [40, 24], but the configuration asks for [48, 24]", message, StringComparison.Ordinal);
        message = Assert.Throws<EvalCoreException>(() => TestPolicy.Load(golden.Checkpoint, golden.Space, "q_ensemble_size=4")).Message;
        Assert.Contains("'model._Qs.4.0.bias', ", message, StringComparison.Ordinal);
        var small = new ObservationSpace(ObservationField.Image("observation.image", 30, 30), ObservationField.Vector("observation.state", 4));
        message = Assert.Throws<EvalCoreException>(() => TestPolicy.Config(golden.Checkpoint).Make(new PolicyContext(small))).Message;
        Assert.Contains("'observation.image' is 30x30, too small for the convolutions of TD-MPC's encoder", message, StringComparison.Ordinal);
        var large = new ObservationSpace(ObservationField.Image("observation.image", 480, 480), ObservationField.Vector("observation.state", 4));
        message = Assert.Throws<EvalCoreException>(() => TestPolicy.Config(golden.Checkpoint).Make(new PolicyContext(large))).Message;
        Assert.EndsWith("config.json: 'observation.image' is 64x64, and TD-MPC resizes no image: it cannot read the 480x480 that it is given", message, StringComparison.Ordinal);
    }

    /// <summary>The actions of one plan.</summary>
    private static List<string> Played(GoldenCase golden, params string[] flags)
    {
        using var policy = TestPolicy.Load(golden.Checkpoint, golden.Space, flags);
        using var session = policy.NewSession(TestEpisode.Of(1000));
        session.Observe(new Observation(golden.Space));
        policy.Infer([session], CancellationToken.None);
        var played = new List<string>();
        double[] action = new double[4];
        while (!session.NeedsInference)
        {
            session.Act(action);
            played.Add(string.Join(' ', action));
        }

        return played;
    }
}
