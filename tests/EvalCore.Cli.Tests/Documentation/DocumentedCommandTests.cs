using System.Diagnostics;
using System.Text.RegularExpressions;
using EvalCore.Evaluation;
using EvalCore.Hub.Tests;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Documentation;

/// <summary>
/// Every command line in the README and in docs runs as it stands there, in an empty folder that has the repository's
/// checkpoints. Three things are changed. Runs have few episodes and no videos: <see cref="Short"/> is appended. What
/// stands for a user's own file is replaced: <see cref="Own"/>. And a program that this build has made is started
/// itself, without <c>dotnet run</c> or <c>dotnet test</c> building it again.
/// </summary>
public sealed partial class DocumentedCommandTests : IDisposable
{
    private static readonly string[] Short = ["--eval.n_episodes=2", "--eval.n_episodes_to_render=0", "--policy.device=cpu"];

    /// <summary>What stands for a file or folder of the user.</summary>
    private static readonly Dictionary<string, string> Own = new()
    {
        ["=DIR"] = $"={Path.Combine(Goldens.Root, "checkpoints/pusht_act_keypoints")}",
        ["=outputs/train/checkpoints/last/pretrained_model"] = $"={Path.Combine(Goldens.Root, "checkpoints/pusht_act_keypoints")}",
        ["[metaworld]"] = "metaworld",
    };

    /// <summary>Lines that are not run here, each with the reason.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["dotnet test"] = "runs these tests; continuous integration runs it",
        ["dotnet pack src/EvalCore.Cli"] = "Packages.Tests packs the tool",
        ["dotnet tool install --global EvalCore.Cli --add-source artifacts/package/release"] = "Packages.Tests installs the tool",
        ["evalcore --policy.path=model.onnx --env.type=pusht --env.obs_type=environment_state_agent_pos"] = "EvalCore.Onnx.Tests evaluates exported checkpoints",
        ["evalcore compare outputs/before outputs/after"] = "CompareCommandTests compares runs",
        ["evalcore plan --run=outputs/before --drop=5"] = "PlanCommandTests reads a finished run",
        ["evalcore --policy.path=outputs/train/act_pusht/checkpoints --env.type=pusht --output_dir=outputs/eval/act_pusht"] = "TrainingRunTests evaluates a training run",
        ["evalcore --policy.path=outputs/train/act_pusht --env.type=pusht --output_dir=outputs/eval/act_pusht --watch"] = "TrainingRunTests watches a training run",
        ["evalcore eval --resume=outputs/eval/act_pusht --watch"] = "TrainingRunTests resumes",
        ["evalcore query \"from (describe steps)\" outputs/run"] = "QueryCommandTests queries runs",
        ["evalcore query \"select run, pc_success, eval_ep_s from runs\" runA runB"] = "QueryCommandTests queries several runs",
        ["evalcore query \"select step, avg(reward) from steps group by step order by step\" outputs/run --format=csv"] = "QueryCommandTests queries runs",
        ["evalcore verify outputs/run"] = "VerifyCommandTests verifies runs",
        ["evalcore verify outputs/run --fraction=0.05 --seed=7"] = "VerifyCommandTests verifies runs",
        ["evalcore verify outputs/run --episode=reach-v3:7"] = "VerifyCommandTests verifies runs",
        ["evalcore verify eval_info.json --policy.path=DIR"] = "VerifyCommandTests verifies a file alone",
        ["evalcore history add outputs/run --history=runs.db"] = "HistoryCommandTests adds runs",
        ["evalcore history list --history=runs.db"] = "HistoryCommandTests lists runs",
        ["evalcore history plot --history=runs.db --output=history.svg"] = "HistoryCommandTests plots runs",
        ["evalcore history check --history=runs.db"] = "HistoryCommandTests checks runs",
        ["evalcore shards outputs/cluster"] = "ShardsCommandTests reads shards; none of these is played here",
        ["evalcore report outputs/after"] = "ReportCommandTests reports on runs",
        ["evalcore report outputs/after --baseline=outputs/before"] = "ReportCommandTests reports on runs",
        ["dotnet build src/EvalCore.Cli -p:Onnx=cpu"] = "restores onnxruntime's libraries; EvalCore.Onnx.Tests has them",
        ["dotnet tool install --global EvalCore.Cli"] = "Packages.Tests installs the tool",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    /// <summary>Stands for the Hugging Face Hub; has the model <c>owner/name</c>.</summary>
    private readonly FakeHub _hub = new();

    public DocumentedCommandTests()
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder, "checkpoints"), Path.Combine(Goldens.Root, "checkpoints"));
        (_hub.Models["owner/name"] = new FakeModel()).Push(
            Directory.GetFiles(Goldens.Checkpoint("pusht_act_keypoints")).ToDictionary(file => Path.GetFileName(file), file => new FakeFile(File.ReadAllBytes(file))));
    }

    public static TheoryData<string, string> Blocks => new(
        from block in DocumentedBlock.All
        where Commands(block).Any()
        select new TheoryDataRow<string, string>($"{block.Page}:{block.Line}", string.Join('\n', Commands(block))));

    public void Dispose()
    {
        _hub.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task A_documented_command_works(string place, string commands)
    {
        foreach (string command in commands.Split('\n'))
        {
            if (Elsewhere.ContainsKey(command))
                continue;
            var (code, output) = await Run(command);
            Assert.True(code == 0, $"{place}: {command}\nexit code {code}\n{output}");
        }
    }

    [Fact]
    public void A_line_that_is_not_run_is_still_documented() =>
        Assert.All(Elsewhere.Keys, line => Assert.Contains(line, DocumentedBlock.All.SelectMany(Commands)));

    /// <summary>The command lines of a block: what follows two spaces is an explanation.</summary>
    private static IEnumerable<string> Commands(DocumentedBlock block) => block.Language.Length > 0
        ? []
        : block.Text.Split('\n').Select(line => Explanation().Replace(line, "")).Where(line => Command().IsMatch(line));

    private async Task<(int Code, string Output)> Run(string command)
    {
        var variables = new Dictionary<string, string> { ["EVALCORE_CACHE"] = Path.Combine(_folder, "cache"), ["EVALCORE_OUTPUT_DIR"] = Path.Combine(_folder, "gates"), ["HF_ENDPOINT"] = _hub.Endpoint, ["HF_HOME"] = Path.Combine(_folder, "hf") };
        foreach (var (name, value) in Own)
            command = command.Replace(name, value, StringComparison.Ordinal);
        var words = Word().Matches(command).Select(match => match.Value.Replace("\"", "", StringComparison.Ordinal)).ToList();
        while (words[0].Contains('=', StringComparison.Ordinal) && words[0].StartsWith("EVALCORE_", StringComparison.Ordinal))
        {
            string[] variable = words[0].Split('=', 2);
            variables[variable[0]] = variable[1];
            words.RemoveAt(0);
        }

        switch (words)
        {
            case ["evalcore", .. var args]:
                return await Evalcore([.. args], variables);
            case ["dotnet", "run", "--project", "src/EvalCore.Cli", "--", .. var args]:
                return await Evalcore([.. args], variables);
            case ["dotnet", "run", "--project", "samples/PointGoal", "--", .. var args]:
                return await Start(Built("PointGoal"), [.. args, .. args[0] == "list" ? [] : Short], variables);
            case ["dotnet", "test", "--project", "samples/PointGoal.Gates", .. var args]:
                return await Start(Built("PointGoal.Gates"), [.. args], variables);
            case ["dotnet", "build", "tests/Benchmarks.Gates"]:
                Assert.True(File.Exists(Built("Benchmarks.Gates")));
                return (0, "");
            case ["dotnet", "test", "--project", "tests/Benchmarks.Gates", "--no-build", .. var args]:
                Assert.Equal("80", variables["EVALCORE_PUSHT_MIN_SUCCESS"]);
                return await Run(string.Join(' ', (string[])[$"EVALCORE_PUSHT_POLICY_PATH={variables["EVALCORE_PUSHT_POLICY_PATH"]}", "dotnet", "test", .. args]));
            case ["dotnet", "test", .. var args]:
                // A suite with 28 tasks is not played here: that its settings and the filter are accepted is.
                variables["EVALCORE_PUSHT_EVAL_N_EPISODES"] = "2";
                variables["EVALCORE_PUSHT_MIN_SUCCESS"] = variables["EVALCORE_PUSHT_MIN_TASK_SUCCESS"] = "0";
                return await Start(
                    Built("Benchmarks.Gates"),
                    [.. args, .. variables.Keys.Any(name => name.StartsWith("EVALCORE_METAWORLD_", StringComparison.Ordinal)) ? ["--list-tests"] : (string[])["--no-ansi"]],
                    variables);
            case ["dotnet", "build", "build/MergeResults.proj", .. var args] when !LongRun.Is:
                Assert.Equal(["-p:Runs=shard0%3Bshard1", "-p:Into=whole"], args);
                return (0, "");
            case ["dotnet", "build", "build/MergeResults.proj", .. var args]:
                await Shards();
                return await Start(
                    "dotnet", ["build", Path.Combine(Goldens.Root, "build/MergeResults.proj"), .. args.Select(arg => arg.Replace("shard", $"{_folder}/shard", StringComparison.Ordinal).Replace("whole", $"{_folder}/whole", StringComparison.Ordinal))], variables);
            default:
                Assert.Fail($"no test knows how to run '{command}'");
                return default;
        }
    }

    private async Task<(int Code, string Output)> Evalcore(string[] args, Dictionary<string, string> variables)
    {
        bool isEval = args[0] is "eval" or "gate" || args[0].StartsWith("--", StringComparison.Ordinal);
        if (args.FirstOrDefault(arg => arg.StartsWith("--resume=", StringComparison.Ordinal)) is { } resume)
            await Interrupt(resume["--resume=".Length..], variables);
        else if (isEval && (args.Contains("--env.type=metaworld") || args.Contains("--env.type=libero")))
            return Read(args);
        else if (isEval && args.Contains("--env.type=pusht") && !args.Any(arg => arg.StartsWith("--env.obs_type", StringComparison.Ordinal)))
            // The repository's checkpoint reads key points; the line is about a checkpoint that reads images.
            return Read(args);
        else if (isEval)
            args = [.. args, .. Short];
        if (args[0] == "assets" && Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is null)
            Assert.Skip("EVALCORE_MIRROR is not set: the files would be downloaded");
        return await Start(Path.Combine(AppContext.BaseDirectory, "EvalCore.Cli"), args, variables);
    }

    /// <summary>Checks the flags of a run that needs a download or hours.</summary>
    private static (int Code, string Output) Read(string[] args)
    {
        EvalOptions.Read(args[0] == "eval" ? args[1..] : args, BuiltInRegistry.All);
        return (0, "");
    }

    /// <summary>A run in a folder, interrupted before its last episode was finished.</summary>
    private async Task Interrupt(string folder, Dictionary<string, string> variables)
    {
        var (code, output) = await Start(
            Path.Combine(AppContext.BaseDirectory, "EvalCore.Cli"),
            ["--policy.path=checkpoints/pusht_act_keypoints", "--env.type=pusht", "--env.obs_type=environment_state_agent_pos", $"--output_dir={folder}", .. Short],
            variables);
        Assert.True(code == 0, output);
        File.Delete(Path.Combine(_folder, folder, EvalInfo.FileName));
        string journal = Path.Combine(_folder, folder, "journal.jsonl");
        File.WriteAllLines(journal, File.ReadAllLines(journal)[..^1]);
    }

    private async Task Shards()
    {
        var page = DocumentedBlock.All.First(block => block.Text.Contains("--shard=0/2", StringComparison.Ordinal));
        foreach (string command in Commands(page).Where(line => line.Contains("--shard=", StringComparison.Ordinal)))
            Assert.Equal(0, (await Run(command)).Code);
    }

    private async Task<(int Code, string Output)> Start(string program, string[] args, Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }

    /// <summary>A program that this build has made.</summary>
    private static string Built(string project)
    {
        string here = AppContext.BaseDirectory.TrimEnd('/');
        return Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, project, Path.GetFileName(here), project);
    }

    [GeneratedRegex(@"\s{2,}\S.*$")]
    private static partial Regex Explanation();

    [GeneratedRegex(@"^(EVALCORE_\w+=\S+ )*(evalcore|dotnet) ")]
    private static partial Regex Command();

    [GeneratedRegex("(\"[^\"]*\"|\\S)+")]
    private static partial Regex Word();
}
