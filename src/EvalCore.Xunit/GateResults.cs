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
    }
}
