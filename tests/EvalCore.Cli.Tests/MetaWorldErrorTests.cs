using System.Text.RegularExpressions;
using Benchmarks.MetaWorld;
using Benchmarks.MetaWorld.Tests;
using EvalCore.Assets;
using Safetensors;

namespace EvalCore.Cli.Tests;

/// <summary>Errors of Meta-World when something is missing, damaged or invalid: one line and exit code 2.</summary>
public sealed partial class MetaWorldErrorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_unknown_task_is_refused_with_a_suggestion() => await Fails(
        "--env.task=pusch-v3: Meta-World has no such task or group; did you mean 'push-v3'? (groups: easy, medium, hard, very_hard, MT50)",
        ["--env.type=metaworld", "--env.task=pusch-v3", "--policy.type=expert"]);

    [Fact]
    public async Task A_policy_of_another_suite_is_refused() => await Fails(
        "--policy.type: 'expert' does not play pusht", ["--env.type=pusht", "--policy.type=expert"]);

    [Fact]
    public async Task A_missing_MuJoCo_library_is_reported()
    {
        Machine.NeedsFiles();
        await Fails(
            "MUJOCO_LIBRARY=/nowhere/libmujoco.so: there is no such file; name the libmujoco.so.3.8.1 of the official release",
            Replay([0, 0, 0, 0]),
            new() { ["MUJOCO_LIBRARY"] = "/nowhere/libmujoco.so" });
    }

    [Fact]
    public async Task Missing_EGL_is_reported_with_the_packages_to_install()
    {
        Machine.NeedsMetaWorld();
        string line = await Fails(null, [.. Replay([0, 0, 0, 0]), "--observe"], new() { ["__EGL_VENDOR_LIBRARY_FILENAMES"] = "/dev/null" });
        Assert.EndsWith("(apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri)", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public async Task An_action_that_is_not_finite_is_refused(float number, string name)
    {
        Machine.NeedsFiles();
        await Fails(
            $"--actions: {In("actions.safetensors")}, tensor 'action', row 1 contains {name}; actions must be finite",
            Replay([0, 0, 0, 0, 0, number, 0, 0]));
    }

    [Fact]
    public async Task Actions_with_another_dimension_are_refused()
    {
        Machine.NeedsFiles();
        await Fails(
            $"--actions: {In("actions.safetensors")}, tensor 'action' is F32 [2, 3], expected [T, 4]",
            Replay(new float[6], columns: 3));
    }

    [Fact]
    public async Task A_damaged_asset_is_reported()
    {
        Machine.NeedsMetaWorld();
        string mirror = In("mirror", "assets", "metaworld"), original = AssetStore.Default.Find(MetaWorldAssets.Set)!;
        foreach (var file in MetaWorldAssets.Set.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(mirror, file.Path))!);
            File.WriteAllBytes(Path.Combine(mirror, file.Path), File.ReadAllBytes(Path.Combine(original, file.Path)));
        }

        // One bit of one mesh: MuJoCo would load the file without an error.
        var mesh = MetaWorldAssets.Set.Files.First(file => file.Path.EndsWith(".stl", StringComparison.Ordinal));
        string damaged = Path.Combine(mirror, mesh.Path);
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[200] ^= 1;
        File.WriteAllBytes(damaged, bytes);
        await Fails(
            $"{damaged} is damaged: its SHA-256 is not {mesh.Sha256}: run 'evalcore assets fetch metaworld'",
            Replay([0, 0, 0, 0]),
            new() { ["EVALCORE_MIRROR"] = In("mirror"), ["EVALCORE_CACHE"] = In("cache") });
    }

    [Fact]
    public async Task Assets_that_cannot_be_fetched_are_reported()
    {
        string line = await Fails(
            null,
            Replay([0, 0, 0, 0]),
            new()
            {
                // No mirror, an empty cache, and no server at the proxy's address.
                ["EVALCORE_MIRROR"] = null, ["EVALCORE_CACHE"] = In("cache"),
                ["https_proxy"] = "http://127.0.0.1:9", ["HTTPS_PROXY"] = "http://127.0.0.1:9", ["no_proxy"] = "", ["NO_PROXY"] = "",
            },
            before: "fetching Meta-World 3.0.0, 13.0 MB\n");
        Assert.StartsWith("https://", line, StringComparison.Ordinal);
        Assert.Contains(" through the proxy 127.0.0.1:9)", line, StringComparison.Ordinal);
        Assert.EndsWith(
            ": run 'evalcore assets fetch metaworld' again, or set EVALCORE_MIRROR to a folder with assets/metaworld", line, StringComparison.Ordinal);
    }

    /// <summary>Runs the program, and returns its error line.</summary>
    private static async Task<string> Fails(
        string? expected, string[] args, Dictionary<string, string?>? variables = null, string before = "")
    {
        var (code, output, error) = await EvalcoreProcess.Run(args, variables);
        Assert.StartsWith($"{before}error: ", error, StringComparison.Ordinal);
        // A line that says how to go on names the program as it was started.
        string line = StartedProgram().Replace(error[$"{before}error: ".Length..], "'evalcore ");
        Assert.Single(line, '\n');
        Assert.Equal((2, ""), (code, output));
        if (expected is not null)
            Assert.Equal(expected, line.TrimEnd('\n'));
        return line.TrimEnd('\n');
    }

    /// <summary>The arguments of a replay of some actions.</summary>
    private string[] Replay(float[] actions, int columns = 4)
    {
        new SafetensorsWriter().Add<float>("action", actions, actions.Length / columns, columns).Save(In("actions.safetensors"));
        return
        [
            "replay", "--env.type=metaworld", "--env.task=push-v3",
            $"--actions={In("actions.safetensors")}", $"--trace={In("trace.safetensors")}",
        ];
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    [GeneratedRegex(@"'\S*EvalCore\.Cli(\.exe)? ")]
    private static partial Regex StartedProgram();
}
