using EvalCore.Rollout;
using Xunit.Sdk;

namespace EvalCore.Xunit;

/// <summary>
/// Ends a test case with the message of a gate that fails. The exception is never thrown here, so the report shows the message
/// without a stack trace, which would say nothing about a policy.
/// </summary>
internal static class Verdict
{
    /// <summary>The task of a test case.</summary>
    /// <param name="judging">Gives the message of a case that fails, null for one that passes.</param>
    public static Task Of(Task<string?> judging)
    {
        var verdict = new TaskCompletionSource();
        judging.ContinueWith(
            judged =>
            {
                if (judged.IsCanceled)
                    verdict.SetException(new GateFailedException("the run was stopped"));
                else if (judged.Exception?.InnerException is { } failure)
                    verdict.SetException(failure switch
                    {
                        EvalCoreException => new GateFailedException(failure.Message),
                        UnresponsiveException => new EpisodeErrorException(failure.Message),
                        _ => failure,
                    });
                else if (judged.Result is { } message)
                    verdict.SetException(new GateFailedException(message));
                else
                    verdict.SetResult();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return verdict.Task;
    }
}
