using System.Globalization;
using System.Text;
using EvalCore.Reports;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.TestHost;
using Microsoft.Testing.Platform.Messages;
using Microsoft.Testing.Platform.Services;

namespace EvalCore.Xunit;

/// <summary>
/// Reports one line per gate at the end of a test run, and its notes. <c>dotnet test</c> shows no output of a test program that
/// succeeds, but it lists the files of a run, each with the name of its test: here the gate's line, and its results.
/// </summary>
/// <param name="bus">Receives the files.</param>
internal sealed class GateResults(IMessageBus bus) : ITestSessionLifetimeHandler, IDataProducer
{
    public string Uid => nameof(GateResults);

    public string Version => "1.0.0";

    public string DisplayName => "Gates";

    public string Description => "One line per gate at the end of a test run.";

    public Type[] DataTypesProduced => [typeof(TestNodeUpdateMessage)];

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task OnTestSessionStartingAsync(ITestSessionContext testSessionContext) => Task.CompletedTask;

    public async Task OnTestSessionFinishingAsync(ITestSessionContext testSessionContext)
    {
        foreach (var (line, file) in GateRuns.Results)
        {
            // The platform reports the files of a test with a state. This one adds no test to the run's count.
            var node = new TestNode
            {
                Uid = new TestNodeUid($"{file}: {line}"),
                DisplayName = line,
                Properties = new PropertyBag(InProgressTestNodeStateProperty.CachedInstance, new FileArtifactProperty(new FileInfo(file), line)),
            };
            await bus.PublishAsync(this, new TestNodeUpdateMessage(testSessionContext.SessionUid, node)).ConfigureAwait(false);
        }

        if (GateRuns.Results.Count > 0 && GitHubActions.Of(Environment.GetEnvironmentVariable) is { } workflow)
            await Summarize(workflow).ConfigureAwait(false);
    }

    /// <summary>
    /// Adds the gates to the summary of a step in GitHub Actions, and annotates those that do not hold. <c>dotnet test</c> shows what a test
    /// program that fails wrote to standard error.
    /// </summary>
    private static async Task Summarize(GitHubActions workflow)
    {
        var markdown = new StringBuilder("### Gates\n\n");
        foreach (var gate in GateRuns.Results.GroupBy(result => result.File))
        {
            foreach (string line in gate.Select(result => result.Line))
            {
                bool fails = line.Contains(": the gate fails", StringComparison.Ordinal) || line.Contains(": the gate is ", StringComparison.Ordinal);
                markdown.Append(CultureInfo.InvariantCulture, $"- {(fails ? "❌ " : line.Contains(": the gate holds", StringComparison.Ordinal) ? "✅ " : "")}{Markdown.Text(line)}\n");
                if (fails)
                    await Console.Error.WriteLineAsync(GitHubActions.Annotation("error", line.Split(',')[0], line)).ConfigureAwait(false);
            }

            string report = Path.Combine(Path.GetDirectoryName(gate.Key) ?? "", RunReport.FileName);
            if (File.Exists(report))
                markdown.Append(CultureInfo.InvariantCulture, $"- report: {Markdown.Code(report)}\n");
        }

        if (workflow.Summarize(markdown.ToString()) is { } problem)
            await Console.Error.WriteLineAsync(problem).ConfigureAwait(false);
    }
}
