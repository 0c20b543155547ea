using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Remote;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Security;

/// <summary>Keys and tokens are in no file and no line: docs/security.md, "Keys and tokens".</summary>
public sealed class SecretTests : IDisposable
{
    private const string Secret = "sk-5ecre7";

    private readonly CommandLine _line = new() { Policies = [new RemotePolicies(), new KeyedPolicies()] };

    public void Dispose() => _line.Dispose();

    [Theory]
    [InlineData($"--policy.api_key={Secret}")]
    [InlineData("--policy.api_key", Secret)]
    public async Task The_details_of_an_error_have_no_key(params string[] key)
    {
        _line.OnStep = () => throw new InvalidOperationException("the robot fell over");
        Assert.Equal(1, await _line.Run([.. WalkerWithKey, .. key, $"--output_dir={_line.In("run")}"]));
        string line = _line.Error.Lines[^1];
        string details = line[(line.IndexOf("(details: ", StringComparison.Ordinal) + 10)..^1];
        string text = File.ReadAllText(details);
        Directory.Delete(Path.GetDirectoryName(details)!, recursive: true);
        Assert.Contains("the robot fell over", text, StringComparison.Ordinal);
        Assert.Contains("--policy.api_key", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, _line.Error.Output + _line.Out.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_file_of_a_run_and_none_that_is_made_of_it_has_a_key()
    {
        Assert.Equal(0, await _line.Run([.. WalkerWithKey, $"--policy.api_key={Secret}", $"--output_dir={_line.In("run")}", "--eval.record=steps", $"--history={_line.In("runs.db")}"]));
        Assert.Equal(0, await _line.Run("merge", _line.In("run"), "-o", _line.In("merged")));
        Assert.Equal(0, await _line.Run("report", _line.In("merged")));
        Assert.Equal(0, await _line.Run("verify", _line.In("run"), $"--policy.api_key={Secret}"));
        string[] files = Directory.GetFiles(_line.Folder, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => Path.GetFileName(file) == Journal.FileName);
        Assert.Contains(files, file => Path.GetFileName(file) == "report.html");
        Assert.All(files, file => Assert.DoesNotContain(Secret, File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, _line.Error.Output + _line.Out.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws://user:" + Secret + "@127.0.0.1:1")]
    [InlineData("ws://127.0.0.1:1/?token=" + Secret)]
    [InlineData("ws://127.0.0.1:1/?api_key=" + Secret)]
    public async Task An_address_with_a_key_is_refused_without_showing_it(string address)
    {
        Assert.Equal(2, await _line.Run("--env.type=walk", $"--policy.path={address}", $"--output_dir={_line.In("run")}"));
        Assert.DoesNotContain(Secret, _line.Error.Output + _line.Out.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_line.In("run")));
    }

    private static string[] WalkerWithKey => ["--env.type=walk", "--policy.type=keyed", "--policy.device=cpu", "--eval.n_episodes=1"];

    /// <summary>A policy that wants a key.</summary>
    private sealed class KeyedPolicies : IPolicySource
    {
        public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["keyed"] = "walks where it has a key" };

        public bool Plays(string type, EnvConfig env) => env is WalkConfig;

        public PolicyConfig NewConfig(string type) => new Keyed();

        private sealed class Keyed : PolicyConfig
        {
            public override string Type => "keyed";

            [Secret]
            public string? ApiKey { get; set; }

            public override IPolicy Make(PolicyContext context) =>
                ApiKey == Secret ? new WalkPolicy(PolicyBatching.PerSession) : throw new EvalCoreException("--policy.api_key: another key is wanted");
        }
    }
}
