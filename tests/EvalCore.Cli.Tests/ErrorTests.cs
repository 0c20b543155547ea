using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EvalCore.Cli.Tests;

public sealed class ErrorTests
{
    /// <summary>Invalid command lines; their errors are in the snapshot.</summary>
    private static readonly string[] WrongLines =
    [
        "evl",
        "lst walk",
        "list wlak",
        "list walk left",
        "doctor now",
        "merge",
        "merge nowhere -o there",
        "eval",
        "--env.type=wolk",
        "--env.type=walk",
        "--env.typ=walk",
        "--env.type=walk --policy.pth=a",
        "--env.type=walk --policy.type=walker --seed=4294967296",
        "--env.type=walk --policy.type=wolker",
        "--env.type=walk --policy.path=nowhere",
        "--env.type=walk --policy.path=a --policy.type=walker",
        "--env.type=walk --policy.type=walker --eval.n_episode=3",
        "--env.type=walk --policy.type=walker --eval.n_episodes=many",
        "--env.type=walk --policy.type=walker --eval.n_episodes",
        "--env.type=walk --policy.type=walker --eval.n_episodes=-1",
        "--env.type=walk --policy.type=walker --policy.n_action_step=2",
        "--env.type=walk --policy.type=walker --env.taks=left",
        "--env.type=walk --policy.type=walker --rename_map=[]",
        "--env.type=walk --policy.type=walker --shard=3/2",
        "--env.type=walk --policy.type=walker --config_path=nowhere.json",
        "--env.type=walk --policy.type=walker --resume=nowhere",
        "--env.type=walk --policy.type=walker --output_dir=/dev/null/run",
        "--env.type=walk --policy.type=walker left",
    ];

    [Fact]
    public async Task Every_error_is_one_line_and_exit_code_2()
    {
        var printed = new List<string>();
        foreach (string words in WrongLines)
        {
            using var line = new CommandLine(width: 40);
            int code = await line.Run(words.Split(' '));
            Assert.True(code == 2, $"evalcore {words}: exit code {code}");
            Assert.Empty(line.Out.Output);
            Assert.Single(line.Error.Output, '\n');
            printed.Add($"evalcore {words}\n  {line.Error.Output}");
        }

        Snapshot.Verify(string.Join("", printed));
    }

    /// <summary>Any arguments give an exit code, and an error line when it is not 0.</summary>
    [Property(MaxTest = 300)]
    public Property Any_arguments_give_a_result_or_an_error_line()
    {
        var word = Gen.OneOf(
            Gen.Elements(
                "eval", "list", "merge", "doctor", "--", "-o", "--env.type=walk", "--env.type", "walk", "--policy.type=walker", "@file",
                "--eval.n_episodes=0", "--seed", "-1", "[suggest]", "--config_path=", "--shard=auto/3", "--resume", "=", "--=", "null"),
            ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
            ArbMap.Default.GeneratorFor<string>().Select(text => $"--{text}"));
        // No run starts, because 0 episodes are refused.
        return Prop.ForAll(Gen.ListOf(word).ToArbitrary(), words =>
        {
            using var line = new CommandLine();
            int code = line.Run([.. words, "--eval.n_episodes=0"]).GetAwaiter().GetResult();
            return code is 0 || (code is 2 && line.Error.Output.Contains("error: ", StringComparison.Ordinal));
        });
    }
}
