using System.CommandLine;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Queries;
using EvalCore.Recording;
using EvalCore.Results;

namespace EvalCore.Commands;

/// <summary><c>evalcore query</c>: SQL over the episodes and steps of runs.</summary>
internal static class QueryCommand
{
    private const string Example = "evalcore query \"select task, avg(success::int) from episodes group by task\" outputs/run";

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "query",
            "Run SQL over the episodes and recorded steps of runs.",
            new HelpPage(
                "evalcore query SQL RUN... [--format=table|csv|json]",
                [
                    new(Example, "the success rate of each task"),
                    new("evalcore query \"select run, avg(steps) from episodes where success group by run\" runA runB", "steps to success in several runs"),
                    new("evalcore query \"select step, avg(reward) from steps group by step order by step\" outputs/run --format=csv", "the mean reward over steps, for a run with --eval.record=steps"),
                    new("evalcore query \"from (describe steps)\" outputs/run", "the columns of a table"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("SQL", "one SELECT in DuckDB's SQL, over the tables runs, episodes, errors and steps; no other file can be read, and none written"),
                        new HelpRow("RUN...", "output folders of runs; the column run has their names"),
                    ]),
                    new HelpSection("Output", HelpRow.Of(new QueryFlags())),
                ],
                HelpPage.UsualExitCodes))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed.UnmatchedTokens, registry, terminal, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var flags = new QueryFlags();
        var (arguments, given) = Operands.Split(tokens, flags);
        var set = new OptionSet(given);
        set.Bind(flags);
        set.Finish("query");
        if (arguments.Count < 2)
            throw new EvalCoreException($"query: {(arguments.Count == 0 ? "no SQL is given" : "no run is named")}; for example: {Example}");
        var engine = registry.QueryEngine ?? throw new EvalCoreException("query: this program has no query engine; add DuckDbQueries of the package EvalCore.Records to its registry");
        if (arguments.Skip(1).GroupBy(run => Path.GetFullPath(HomeFolder.Expand(run))).FirstOrDefault(run => run.Count() > 1) is { } twice)
            throw new EvalCoreException($"query: {twice.First()} is named twice");
        var runs = arguments.Skip(1).Select(run => Open(run, registry, terminal)).ToList();
        using var result = engine.Query(arguments[0], runs, cancellation);
        var output = terminal.OpenData();
        try
        {
            switch (flags.Format)
            {
                case QueryFormat.Csv:
                    QueryOutput.WriteCsv(result, output);
                    break;
                case QueryFormat.Json:
                    QueryOutput.WriteJson(result, output);
                    break;
                default:
                    QueryOutput.WriteTable(result, output);
                    break;
            }

            output.Flush();
        }
        catch (IOException e) when (Terminal.IsClosedPipe(e))
        {
            // The program that reads, head for example, has what it wanted.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // .NET's text for a closed stream is that of a file without permission.
            string reason = e is UnauthorizedAccessException ? "it is closed" : EvalCoreException.Reason(e);
            throw new IOException($"query: standard output cannot be written ({reason})", e);
        }

        return ExitCode.Success;
    }

    private static QueriedRun Open(string run, Registry registry, Terminal terminal)
    {
        string path = HomeFolder.Expand(run);
        if (!RunFolder.HasRun(path))
            RunFolder.Load(path);
        string folder = Path.GetDirectoryName(RunFolder.FileOf(path)) is { Length: > 0 } above ? above : ".";
        var opened = new QueriedRun(run, () => RunFolder.Load(path), registry.StepFormat is { } format ? new RecordedSteps(folder, format) : null);
        if (opened.HasMoreSteps)
            terminal.Note($"{run}: the last episodes are in no file of steps yet; the run goes on, or it was killed and a resume makes the file");
        return opened;
    }
}
