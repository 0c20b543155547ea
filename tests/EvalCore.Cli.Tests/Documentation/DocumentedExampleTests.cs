using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EvalCore.Evaluation;
using EvalCore.Gates;
using EvalCore.Options;
using EvalCore.Remote;

namespace EvalCore.Cli.Tests.Documentation;

/// <summary>The files, code and flags in the README and in docs are valid.</summary>
public sealed partial class DocumentedExampleTests : IDisposable
{
    /// <summary>Flags of dotnet and of the test platform that the pages name.</summary>
    private static readonly string[] OfDotnet =
    [
        "--project", "--no-build", "--filter", "--filter-trait", "--filter-query", "--global", "--help", "--version", "--list-tests",
        "--report-trx", "--report-trx-filename", "--report-xunit-junit", "--report-gh", "--report-xunit-nunit", "--report-xunit-html",
        "--results-directory", "--add-source", "--tool-path", "--logger", "--settings", "--collect",
    ];

    /// <summary>Flags of Slurm that the pages name, besides those that evalcore slurm has too.</summary>
    private static readonly string[] OfSlurm = ["--array", "--requeue", "--cpus-per-task"];

    /// <summary>Flags of the simulation of shards in perf.</summary>
    private static readonly string[] OfSimulation = ["--episodes", "--step_ms", "--start_s", "--compile_s", "--success"];

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_block_has_a_language_that_is_tested() => Assert.All(
        DocumentedBlock.All, block => Assert.Contains(block.Language, (string[])["", "csharp", "json", "python", "yaml", "xml"]));

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public void A_configuration_file_is_read(string language)
    {
        foreach (var block in DocumentedBlock.All.Where(block => block.Language == language))
        {
            if (language == "json" && JsonNode.Parse(block.Text)!["env"] is null)
                continue;
            string file = Path.Combine(_folder, $"run.{language}");
            File.WriteAllText(file, block.Text.Replace("checkpoints/", $"{Goldens.Root}/checkpoints/", StringComparison.Ordinal));
            var options = EvalOptions.Read([$"--config_path={file}"], BuiltInRegistry.All);
            Assert.Equal(50, options.Eval.NEpisodes);
        }
    }

    [Fact]
    public void XML_is_well_formed_and_settings_of_gates_are_known()
    {
        foreach (var block in DocumentedBlock.All.Where(block => block.Language == "xml"))
        {
            var root = XDocument.Parse($"<x>{block.Text}</x>").Root!;
            if (root.Element("RunSettings") is null)
                continue;
            File.WriteAllText(Path.Combine(_folder, RunSettings.FileName), block.Text);
            RunSettings.Load(_folder, BuiltInRegistry.All.EnvTypes, new Dictionary<string, string>());
        }
    }

    /// <summary>A page's C# is a part of a file that is compiled.</summary>
    [Fact]
    public void CSharp_is_compiled_as_it_stands()
    {
        string compiled = string.Join('\n', ((string[])["tests/EvalCore.Cli.Tests/Documentation", "samples/PointGoal"])
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Goldens.Root, folder), "*.cs"))
            .SelectMany(File.ReadAllLines).Select(line => line.Trim()));
        foreach (var block in DocumentedBlock.All.Where(block => block.Language == "csharp"))
            Assert.Contains(string.Join('\n', block.Text.Split('\n').Select(line => line.Trim())), compiled, StringComparison.Ordinal);
    }

    /// <summary>Every flag on a page is one of a command, a suite or a policy.</summary>
    [Fact]
    public void Every_flag_exists()
    {
        var known = OfDotnet.ToHashSet();
        known.UnionWith(["--config_path", "--resume", "--shard", "--shard_by", "--shard_times", "--trust_remote_code", "--env", "--eval", "--policy", "--output_dir", "--env.type", "--policy.path", "--policy.type", "--env.init_state_id"]);
        object[] options = [.. BuiltInRegistry.All.EnvTypes.Select(BuiltInRegistry.All.NewEnv)];
        known.UnionWith(options.SelectMany(owner => OptionProperty.Of(owner.GetType(), "env.")).Select(property => $"--{property.Name}"));
        known.UnionWith(OptionProperty.Of(typeof(EvalCore.Rollout.EvalConfig), "eval.").Select(property => $"--{property.Name}"));
        known.UnionWith(OptionProperty.Of(typeof(EvalOptions)).Select(property => $"--{property.Name}"));
        known.UnionWith(OptionProperty.Of(typeof(EvalCore.Commands.InferFlags)).Select(property => $"--{property.Name}"));
        known.UnionWith(OptionProperty.Of(typeof(EvalCore.Commands.ReplayFlags)).Select(property => $"--{property.Name}"));
        foreach (string type in BuiltInRegistry.All.PolicyTypes.Keys)
            known.UnionWith(OptionProperty.Of(BuiltInRegistry.All.NewPolicy(type, null).GetType(), "policy.").Select(property => $"--{property.Name}"));

        // A flag of the policy that docs/your-own-policy.md shows.
        known.Add("--policy.gain");
        foreach (var flags in (Type[])[typeof(EvalCore.Commands.CompareFlags), typeof(EvalCore.Commands.ReportFlags), typeof(EvalCore.Commands.VideoFlags), typeof(EvalCore.Commands.VerifyFlags), typeof(EvalCore.Verification.VerificationOptions), typeof(EvalCore.Commands.QueryFlags), typeof(EvalCore.Commands.HistoryFlags), typeof(EvalCore.History.HistoryCheckOptions), typeof(EvalCore.Commands.SlurmFlags), typeof(EvalCore.Commands.K8sFlags), typeof(EvalCore.Commands.ShardsFlags)])
            known.UnionWith(OptionProperty.Of(flags).Select(property => $"--{property.Name}"));
        known.Add("--exporters");
        known.UnionWith([.. OfSlurm, .. OfSimulation]);
        known.UnionWith(OptionProperty.Of(typeof(EvalCore.Comparisons.ComparisonOptions)).Select(property => $"--{property.Name}"));
        object[] others = [new GateOptions(), new EvalCore.Training.WatchOptions(), new EvalCore.Planning.PlanOptions(), new EvalCore.Commands.PlanFlags()];
        known.UnionWith(others.SelectMany(owner => OptionProperty.Of(owner.GetType())).Select(property => $"--{property.Name}"));
        known.UnionWith(OptionProperty.Of(typeof(RemoteConfig), "policy.").Select(property => $"--{property.Name}"));

        var unknown = new List<string>();
        foreach (string page in DocumentedBlock.Pages)
        {
            string text = File.ReadAllText(Path.Combine(Goldens.Root, page));
            foreach (Match match in Flag().Matches(text))
            {
                string flag = match.Value.TrimEnd('.');
                if (flag is "--flag" or "--policy.FIELD" or "--env.FIELD" || text[(match.Index + match.Length)..].StartsWith('*'))
                    continue;
                if (!known.Contains(flag))
                    unknown.Add($"{page}: {flag}");
            }
        }

        Assert.Empty(unknown);
    }

    [GeneratedRegex(@"(?<![\w-])--[a-z][\w.-]*\w")]
    private static partial Regex Flag();
}
