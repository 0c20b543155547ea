using EvalCore.Policies;

namespace EvalCore.Commands.Display;

/// <summary>Downloads a policy that is not on this machine, and shows a progress bar on a terminal or lines in a log.</summary>
internal static class PolicyFetch
{
    /// <summary>Downloads what a policy needs and this machine lacks.</summary>
    /// <exception cref="EvalCoreException">The policy does not fit, or a file cannot be had; the message says what to do.</exception>
    public static async Task Run(PolicyConfig policy, Func<PolicyContext> context, Terminal terminal, CancellationToken cancellation)
    {
        if (await policy.FindMissing(context, cancellation).ConfigureAwait(false) is { } missing)
            await DownloadDisplay.Show(missing.Title, missing.Bytes, terminal, progress => missing.Run(progress, cancellation)).ConfigureAwait(false);
    }
}
