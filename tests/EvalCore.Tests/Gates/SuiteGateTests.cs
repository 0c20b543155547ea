using EvalCore.Gates;
using EvalCore.Results;
using EvalCore.Tests.Options;

namespace EvalCore.Tests.Gates;

public sealed class SuiteGateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_suite_without_a_policy_has_no_gate() =>
        Assert.Null(Gate(("toy.min_success", "50")));

    [Fact]
    public void Parameters_are_flags_for_all_suites_or_for_one()
    {
        var gate = Gate(("policy.type", "expert"), ("eval.n_episodes", "7"), ("toy.eval.n_episodes", "3"), ("toy.min_success", "50"));
        Assert.Equal(3, gate!.Options.Eval.NEpisodes);
        Assert.Equal(50, gate.MinPcSuccess);
    }

    [Fact]
    public void A_task_has_its_own_threshold_or_that_of_all_tasks()
    {
        var gate = Gate(("policy.type", "expert"), ("toy.min_success", "50"), ("toy.min_task_success", "20"), ("toy.min_task_success.Toy-v0", "30"));
        Assert.Equal(30, gate!.MinPcSuccessOf("Toy-v0"));
        Assert.Equal(20, gate.MinPcSuccessOf("another"));
    }

    [Fact]
    public void An_environment_variable_overrides_the_file()
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"), ("toy.eval.n_episodes", "3"));
        var gate = Read(("EVALCORE_TOY_EVAL_N_EPISODES", "4"), ("EVALCORE_TOY_MIN_SUCCESS", "60"), ("EVALCORE_MIRROR", "elsewhere"));
        Assert.Equal(4, gate!.Options.Eval.NEpisodes);
        Assert.Equal(60, gate.MinPcSuccess);
    }

    [Theory]
    [InlineData("EVALCORE_POLICY_PATH", "policy.path")]
    [InlineData("EVALCORE_TOY_POLICY_N_ACTION_STEPS", "toy.policy.n_action_steps")]
    [InlineData("EVALCORE_TOY_ENV_OBS_TYPE", "toy.env.obs_type")]
    [InlineData("EVALCORE_SEED", "seed")]
    [InlineData("EVALCORE_OUTPUT_DIR", "output_dir")]
    [InlineData("EVALCORE_MIRROR", null)]
    [InlineData("EVALCORE_CACHE", null)]
    [InlineData("EVALCORE_FUZZ_SECONDS", null)]
    [InlineData("PATH", null)]
    public void An_environment_variable_sets_a_parameter(string variable, string? parameter) =>
        Assert.Equal(parameter, RunSettings.ParameterOf(variable, ["other", "toy"]));

    [Theory]
    [InlineData("toy.min_success", "a lot", "runsettings.xml: toy.min_success: 'a lot' is not a percentage from 0 to 100")]
    [InlineData("toy.min_success", "0.9", "runsettings.xml: toy.min_success: '0.9' is less than 1 percent; thresholds are in percent, for example 90")]
    [InlineData("toy.min_task_success.Toy-v9", "30", "runsettings.xml, suite toy: min_task_success.Toy-v9: the gate plays no task of that name; did you mean 'Toy-v0'?")]
    [InlineData("toy.min_success", "101", "runsettings.xml: toy.min_success: '101' is not a percentage from 0 to 100")]
    [InlineData("toy.eval.n_episodes", "many", "runsettings.xml, suite toy: --eval.n_episodes: 'many' is not a whole number, 1 or more")]
    [InlineData("toy.eval.n_episode", "1", "runsettings.xml, suite toy: unknown flag '--eval.n_episode'; did you mean '--eval.n_episodes'?")]
    public void An_invalid_parameter_is_named_in_one_line(string name, string value, string error) =>
        Assert.Equal(
            error,
            Assert.Throws<EvalCoreException>(() => Gate(("policy.type", "expert"), ("min_success", "1"), (name, value))).Message);

    [Fact]
    public void A_gate_needs_a_threshold() =>
        Assert.Contains("a gate needs a threshold in percent: toy.min_success over all episodes", Assert.Throws<EvalCoreException>(() => Gate(("policy.type", "expert"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_threshold_of_tasks_suffices()
    {
        Assert.Equal(80, Gate(("policy.type", "expert"), ("toy.min_task_success", "80"))!.MinPcSuccessOf("Toy-v0"));
        Assert.Equal(70, Gate(("policy.type", "expert"), ("toy.min_task_success.Toy-v0", "70"))!.MinPcSuccessOf("Toy-v0"));
    }

    [Fact]
    public void A_malformed_file_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, RunSettings.FileName), "<RunSettings>");
        var e = Assert.Throws<EvalCoreException>(() => Read());
        Assert.StartsWith(Path.Combine(_folder, RunSettings.FileName), e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_success_rate_below_the_threshold_has_a_failure_message()
    {
        Assert.Null(SuiteGate.FailureMessage("toy", new Aggregate(0, 0, 70, 10, 7), 70));
        Assert.Equal(
            "toy: the success rate is 60.0 % over 10 episodes, below the threshold of 70.0 %",
            SuiteGate.FailureMessage("toy", new Aggregate(0, 0, 60, 10, 6), 70));
        Assert.Equal("toy: no episode was played", SuiteGate.FailureMessage("toy", new Aggregate(0, 0, double.NaN, 0, 0), 0));
    }

    private SuiteGate? Gate(params (string Name, string Value)[] parameters)
    {
        WriteSettings(parameters);
        return Read();
    }

    private SuiteGate? Read(params (string Name, string Value)[] environment)
    {
        var registry = ToySuite.Registry;
        var settings = RunSettings.Load(_folder, [.. registry.EnvTypes, "other"], environment.ToDictionary(v => v.Name, v => v.Value));
        return SuiteGate.Read("toy", settings, registry);
    }

    private void WriteSettings(params (string Name, string Value)[] parameters) => File.WriteAllText(
        Path.Combine(_folder, RunSettings.FileName),
        $"""
        <RunSettings><TestRunParameters>
        {string.Join('\n', parameters.Select(p => $"""<Parameter name="{p.Name}" value="{p.Value}" />"""))}
        </TestRunParameters></RunSettings>
        """);
}
