using System.CommandLine;
using EvalCore.Commands.Help;
using EvalCore.Commands.Jobs;
using EvalCore.Evaluation;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary><c>evalcore k8s</c>: writes the manifests that evaluate a policy as an indexed Job of Kubernetes.</summary>
internal static class K8sCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "k8s",
            "Write the manifests of a Kubernetes Job that evaluates a policy in shards, and of one that merges them.\n"
            + "Accepts the flags of evalcore eval, and checks them before anything is written.",
            new HelpPage(
                "evalcore k8s --shards=N --image=IMAGE --claim=NAME --policy.path=DIR --env.type=SUITE [flags]",
                [
                    new("evalcore k8s --shards=16 --image=evalcore:1.0 --claim=data --gpus=1 --policy.path=/data/act --env.type=pusht --output_dir=run", "write the manifests to run/; the checkpoint and the results are on the volume of the claim"),
                    new("kubectl apply -f run/job.yaml", "submit the shards; --submit does that"),
                    new("kubectl apply -f run/merge.yaml", "merge them when they have ended"),
                ],
                tokens => ShardedRun.Sections(new K8sFlags(), registry, tokens),
                HelpPage.UsualExitCodes))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var flags = new K8sFlags();
        bool isElsewhere = false;
        string? policy = null;
        var run = await ShardedRun.Read("k8s", tokens, flags, registry, terminal.Host, IsElsewhere, cancellation).ConfigureAwait(false);
        var manifests = new K8sManifests(run, flags);
        var files = manifests.Files();
        JobFiles.CheckFolder(run.OutputDir);
        if (flags.Submit)
            Submission.Require("kubectl", terminal.Host.Variable("PATH"), "kubectl");
        files.Write(run.OutputDir);

        if (isElsewhere)
            terminal.Note("the policy is on the volume, which is not mounted here: its flags are checked when the shards start");
        else if (policy is not null)
            terminal.Note($"the policy was read on this machine; the shards read it from {policy}: copy it there");
        if (run.History is { } history && manifests.History is null)
            terminal.Note($"the history {history} is not on the volume: the merged run is not added to it");
        var output = terminal.Writer;
        string job = Path.Combine(run.OutputDir, K8sManifests.Shards), merge = Path.Combine(run.OutputDir, K8sManifests.Merge);
        string? submitted = flags.Submit
            ? await Submission.Run("kubectl", [.. flags.Namespace is { } name ? [$"--namespace={name}"] : Array.Empty<string>(), "apply", "-f", job], files, run.OutputDir, cancellation).ConfigureAwait(false)
            : null;
        output.WriteLine($"{run.Size}: {job}");
        if (submitted is not null)
            output.Write(submitted);
        else
            output.WriteLine($"submit:  {manifests.Kubectl($"apply -f {ShellWord.Quote(job)}")}");
        output.WriteLine($"watch:   {manifests.Kubectl($"get job {manifests.Name} --watch")}");
        output.WriteLine($"logs:    {manifests.Kubectl($"logs -l job-name={manifests.Name} --prefix")}");
        output.WriteLine($"merge:   {manifests.WaitAndMerge(ShellWord.Quote(merge))}");
        return ExitCode.Success;

        bool IsElsewhere(string path)
        {
            bool isOnVolume = K8sManifests.IsOnVolume(path, flags);
            if (!isOnVolume && Path.Exists(HomeFolder.Expand(path)))
                policy = path.StartsWith('/') || path.StartsWith('~') ? $"{path} in the image" : $"{flags.MountPath}/{path} on the volume";
            return isElsewhere = isOnVolume && !Path.Exists(path);
        }
    }
}
