using System.CommandLine;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Commands;

/// <summary><c>evalcore merge</c>: merges the results in several output folders.</summary>
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
                [new("evalcore merge shard0 shard1 shard2 shard3 -o whole", "merge the four shards of a run (see --shard of evalcore eval)")],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("DIR...", "output folders of runs of one policy, with the same seed and engine versions"),
                        new HelpRow("-o, --output_dir=DIR", "the folder of the merged eval_info.json"),
                    ]),
                ],
                HelpPage.UsualExitCodes))
        {
            folders, output,
        };
        command.SetAction(parsed => Run(
            [.. parsed.GetRequiredValue(folders).Select(HomeFolder.Expand)],
            parsed.GetValue(output) is { } into ? HomeFolder.Expand(into) : null,
            terminal));
        return command;
    }

    private static int Run(string[] folders, string? output, Terminal terminal)
    {
        if (output is null)
            throw new EvalCoreException("-o is missing: name the folder of the merged eval_info.json with -o DIR");
        var merged = Merge.Folders(folders);
        string file = Path.Combine(output, EvalInfo.FileName);
        if (File.Exists(file))
            throw new EvalCoreException($"--output_dir: {output} already contains an {EvalInfo.FileName}; name another folder");
        try
        {
            Directory.CreateDirectory(output);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--output_dir: {output}", e);
        }

        merged.Save(file);
        foreach (string note in DiagnosticNotes.Of(merged))
            terminal.Note(note);
        foreach (string missing in Merge.MissingShards(merged))
            terminal.Note($"shard {missing} is missing in the merged result");
        foreach (string missing in Merge.MissingEpisodes(merged))
            terminal.Note($"{missing} {(missing.StartsWith("1 ", StringComparison.Ordinal) ? "is" : "are")} missing in the merged result");
        if (Merge.Policies(merged) is { Count: > 1 } policies)
            terminal.Note($"the overall result is of different policies: {string.Join("; ", policies)}");
        foreach (string note in Merge.HardwareNotes(merged))
            terminal.Note(note);
        ResultTable.Write(merged, terminal.Out);
        terminal.Writer.WriteLine($"results: {file}");
        return ExitCode.Success;
    }
}
