using EvalCore.Diagnostics;

namespace EvalCore.Cli.Tests;

public sealed class ListAndDoctorTests : IDisposable
{
    private readonly CommandLine _line = new(width: 80);

    public void Dispose() => _line.Dispose();

    [Theory]
    [InlineData]
    [InlineData("walk")]
    public async Task Suites_tasks_and_policies_are_listed(params string[] env)
    {
        Assert.Equal(0, await _line.Run(["list", .. env]));
        Snapshot.Verify(_line.Out.Output, env.Length == 0 ? "all" : env[0]);
    }

    [Fact]
    public async Task Doctor_lists_missing_prerequisites_with_the_command_that_installs_them()
    {
        _line.Checks.Add(new Check("engine", () => "7.0.3"));
        _line.Checks.Add(new Check("camera", () => throw new EvalCoreException("not there: sudo apt-get install camera"), Optional: true));
        Assert.Equal(0, await _line.Run("doctor"));
        Assert.Contains("ok       engine     7.0.3\n", _line.Out.Output);
        Assert.Contains("optional camera     not there: sudo apt-get install camera\n", _line.Out.Output);
        Assert.EndsWith("walk: lacks camera\nready to evaluate\n", _line.Out.Output);

        _line.Checks.Add(new Check("robot", () => throw new EvalCoreException("not there: buy one, [here]")));
        Assert.Equal(1, await _line.Run("doctor"));
        Assert.Contains("missing  robot      not there: buy one, [here]\n", _line.Out.Output);
        Assert.EndsWith("1 missing\n", _line.Out.Output);
    }

    [Fact]
    public async Task Doctor_says_what_each_suite_lacks_and_the_command_that_fetches_it()
    {
        _line.Checks.Add(new Check("engine", () => "7.0.3"));
        Assert.Equal(0, await _line.Run("doctor"));
        Assert.Contains("\nwalk: ready\n", _line.Out.Output);

        _line.Checks.Add(new Check("model files", () => throw new EvalCoreException("not here"), Optional: true) { Fix = "evalcore assets fetch walk" });
        _line.Checks.Add(new Check("images", () => throw new EvalCoreException("not here"), Optional: true));
        Assert.Equal(0, await _line.Run("doctor"));
        Assert.Contains("\nwalk: lacks model files (evalcore assets fetch walk), images\n", _line.Out.Output);
    }

    [Fact]
    public async Task Assets_fetch_fetches_engines_too()
    {
        var fetched = new List<string>();
        string Fetch(string name)
        {
            fetched.Add(name);
            return name == "engine" ? "7.0.3" : throw new EvalCoreException($"{name} is nowhere");
        }

        _line.Checks.Add(new Check("engine", () => "", Optional: true) { Fetch = () => Fetch("engine") });
        Assert.Equal(0, await _line.Run("assets", "fetch"));
        Assert.Contains("engine: 7.0.3\n", _line.Out.Output);

        _line.Checks.Add(new Check("robot", () => "", Optional: true) { Fetch = () => Fetch("robot") });
        _line.Checks.Add(new Check("hand", () => "", Optional: true) { Fetch = () => Fetch("hand") });
        Assert.Equal(2, await _line.Run("assets", "fetch"));
        Assert.Equal("error: robot is nowhere; hand is nowhere\n", _line.Error.Output);
        Assert.Equal(["engine", "engine", "robot", "hand"], fetched);
    }

    [Fact]
    public async Task An_engine_that_is_missing_is_fetched_before_an_evaluation_with_a_line()
    {
        bool isMissing = true;
        _line.Checks.Add(new Check("engine", () => "", Optional: true)
        {
            IsMissing = () => isMissing,
            Fetch = () =>
            {
                isMissing = false;
                return "7.0.3";
            },
        });
        string[] run = ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=1", "--eval.n_episodes_to_render=0"];
        Assert.Equal(0, await _line.Run([.. run, $"--output_dir={_line.In("a")}"]));
        Assert.StartsWith("fetching engine\nwalker plays walk, ", _line.Error.Output);
        Assert.Equal(0, await _line.Run([.. run, $"--output_dir={_line.In("b")}"]));
        Assert.Equal(2, _line.Error.Output.Split("fetching engine").Length);

        isMissing = true;
        _line.Checks.Add(new Check("robot", () => "", Optional: true) { IsMissing = () => true, Fetch = () => throw new EvalCoreException("robot is nowhere") });
        Assert.Equal(2, await _line.Run([.. run, $"--output_dir={_line.In("c")}"]));
        Assert.EndsWith("fetching engine\nfetching robot\nerror: robot is nowhere\n", _line.Error.Output);
        Assert.False(Directory.Exists(_line.In("c")));
    }

    [Fact]
    public void All_prerequisites_of_this_build_are_found() =>
        Assert.All(BuiltInRegistry.All.Checks.Where(check => !check.Optional), check => Assert.NotEmpty(check.Find()));
}
