using System.CommandLine;
using EvalCore.Cli.Display;
using EvalCore.Cli.Help;
using EvalCore.Results;

namespace EvalCore.Cli.Commands;

/// <summary><c>evalcore merge</c>: one result from several output folders.</summary>
internal static class MergeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var folders = new Argument<string[]>("DIR") { Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--output_dir", "-o");
        var command = new PagedCommand(
            "merge",
            "Merge the results of shards, or of several suites, into one eval_info.json.",
            new HelpPage(
                "evalcore merge DIR... -o DIR",
                [new("evalcore merge shard0 shard1 shard2 shard3 -o whole", "the four quarters of a run (see --shard of evalcore eval)")],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("DIR...", "output folders of runs of one policy, with the same seed and engine versions"),
                        new HelpRow("-o, --output_dir=DIR", "where the merged eval_info.json goes"),
                    ]),
                ],
                HelpPage.UsualExitCodes))
        {
            folders, output,
        };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(folders), parsed.GetValue(output), terminal));
        return command;
    }

    private static int Run(string[] folders, string? output, Terminal terminal)
    {
        if (output is null)
            throw new EvalCoreException("-o is missing: name the folder that the merged eval_info.json goes to, -o DIR");
        var merged = Merge.Folders(folders);
        string file = Path.Combine(output, EvalInfo.FileName);
        if (File.Exists(file))
            throw new EvalCoreException($"--output_dir: {output} has an {EvalInfo.FileName} already; name another folder");
        try
        {
            Directory.CreateDirectory(output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EvalCoreException($"--output_dir: {output} cannot be written ({e.Message.TrimEnd('.')})", e);
        }

        merged.Save(file);
        foreach (string missing in Merge.MissingShards(merged))
            terminal.Note($"slice {missing} is not among them");
        if (Merge.Renderers(merged) is { Count: > 1 } renderers)
            terminal.Note($"the policy saw pictures of different renderers, which differ slightly: {string.Join("; ", renderers)}");
        ResultTable.Write(merged, terminal.Out);
        terminal.Writer.WriteLine($"results: {file}");
        return ExitCode.Success;
    }
}
