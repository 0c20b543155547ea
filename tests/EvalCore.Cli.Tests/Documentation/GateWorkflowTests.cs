using System.Diagnostics;
using System.Text.RegularExpressions;
using EvalCore.Evaluation;
using EvalCore.Gates;
using YamlDotNet.RepresentationModel;

namespace EvalCore.Cli.Tests.Documentation;

/// <summary>The example of a workflow of GitHub Actions: its YAML, its commands and their flags, its variables.</summary>
public sealed partial class GateWorkflowTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Goldens.Root, ".github", "workflows", "gate.yml"));

    /// <summary>The commands of the steps, and those that the comment at the beginning shows.</summary>
    private static IEnumerable<string> Commands =>
        Steps.Select(step => step.Children.TryGetValue("run", out var run) ? ((YamlScalarNode)run).Value! : "").SelectMany(run => run.Split('\n'))
            .Concat(Shown().Matches(Text).Select(match => match.Groups[1].Value)).Where(line => line.Length > 0);

    private static YamlMappingNode Root
    {
        get
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(Text));
            return (YamlMappingNode)yaml.Documents.Single().RootNode;
        }
    }

    private static IEnumerable<YamlMappingNode> Steps => ((YamlSequenceNode)Root["jobs"]["pusht"]["steps"]).Cast<YamlMappingNode>();

    [Fact]
    public async Task Each_command_and_flag_exists()
    {
        string gates = await Output(Built("Benchmarks.Gates"), "--help");
        int checkedCommands = 0;
        foreach (string command in Commands)
        {
            string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["evalcore", "eval", .. var args]:
                    EvalOptions.Read([.. args.Select(arg => arg.Replace("=checkpoints/", $"={Goldens.Root}/checkpoints/", StringComparison.Ordinal))], BuiltInRegistry.All);
                    break;
                case ["evalcore", var name, .. var args]:
                    using (var line = new CommandLine())
                    {
                        Assert.Equal(0, await line.Run(name, "--help"));
                        Assert.All(args.Where(arg => arg.StartsWith("--", StringComparison.Ordinal)), arg => Assert.Contains($"{arg.Split('=')[0]}=", line.Out.Output, StringComparison.Ordinal));
                    }

                    break;
                case ["dotnet", "build", var project]:
                    Assert.True(Directory.Exists(Path.Combine(Goldens.Root, project)), project);
                    break;
                case ["dotnet", "test", "--project", var project, "--no-build", .. var args]:
                    Assert.True(Directory.Exists(Path.Combine(Goldens.Root, project)), project);
                    Assert.All(args.Where(arg => arg.StartsWith("--", StringComparison.Ordinal)), arg => Assert.Contains($" {arg}", gates, StringComparison.Ordinal));
                    break;
                default:
                    Assert.Fail($"no test knows the command '{command}'");
                    break;
            }

            checkedCommands++;
        }

        Assert.True(checkedCommands >= 4);
    }

    [Fact]
    public void Each_variable_is_one_that_is_read()
    {
        string[] others = ["EVALCORE_CACHE", "EVALCORE_OUTPUT_DIR"];
        var variables = ((YamlMappingNode)Root["env"]).Children.Keys.Select(key => ((YamlScalarNode)key).Value!).Where(name => name.StartsWith("EVALCORE_", StringComparison.Ordinal)).ToList();
        Assert.Contains("EVALCORE_CACHE", variables);

        // Variables that no gate reads are refused.
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
        try
        {
            File.Copy(Path.Combine(Goldens.Root, RunSettings.FileName), Path.Combine(folder, RunSettings.FileName));
            var settings = RunSettings.Load(folder, BuiltInRegistry.All.EnvTypes, variables.ToDictionary(name => name, _ => "1"));
            Assert.All(variables.Except(others), name => Assert.Contains(settings.Parameters.Keys, key => string.Equals($"EVALCORE_{key}".Replace('.', '_'), name, StringComparison.OrdinalIgnoreCase)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_is_kept_is_what_the_gate_writes()
    {
        var keep = Steps.Single(step => step.Children.TryGetValue("uses", out var uses) && ((YamlScalarNode)uses).Value!.StartsWith("actions/upload-artifact@", StringComparison.Ordinal));
        string[] paths = ((YamlScalarNode)keep["with"]["path"]).Value!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith($"/{paths[0]}", ((YamlScalarNode)Root["env"]["EVALCORE_OUTPUT_DIR"]).Value, StringComparison.Ordinal);
        Assert.Contains(Commands, command => command.EndsWith($"--results-directory {paths[1]}", StringComparison.Ordinal));
        Assert.Equal("always()", ((YamlScalarNode)keep["if"]).Value);
    }

    private static string Built(string project)
    {
        string here = AppContext.BaseDirectory.TrimEnd('/');
        return Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, project, Path.GetFileName(here), project);
    }

    private static async Task<string> Output(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    [GeneratedRegex(@"(?m)^#     (evalcore .*)$")]
    private static partial Regex Shown();
}
