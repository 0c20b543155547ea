using EvalCore.Environments;

namespace EvalCore.Replays;

/// <summary>
/// Plays recorded actions in an environment and writes what came of it: all of them, also past success and, where the
/// suite allows it, the time limit. The trace has, with T actions,
/// <list type="bullet">
/// <item><c>reward [T]</c> F64, <c>success [T]</c> and <c>terminated [T]</c> U8;</item>
/// <item>the simulator's state by the names of <see cref="IEnvironment.StateSpace"/>, <c>[T+1, ...]</c> F64, row 0 after
/// the reset;</item>
/// <item>when asked for, the observations: <c>obs.&lt;key&gt; [T+1, n]</c> F64 and
/// <c>obs_u8.&lt;key&gt; [T+1, height, width, 3]</c> U8;</item>
/// <item>where the environment tells them, <c>conjuncts [T+1, n]</c> U8: which parts of the goal hold.</item>
/// </list>
/// </summary>
public static class Replay
{
    /// <summary>Plays and writes the trace.</summary>
    /// <exception cref="EvalCoreException">A file or option does not fit; the message says which.</exception>
    public static ReplaySummary Run(ReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tasks = options.Env.Tasks();
        if (tasks.Count != 1)
            throw new EvalCoreException($"--env.task={options.Env.Task}: names {tasks.Count} tasks, a replay plays one");
        var actions = RecordedActions.Read(options.Actions, options.Env.ActionSpace.Dimension);
        CheckFolder(options.Trace);

        using var environment = options.Env.Make(tasks[0]);
        environment.Reset(new EpisodeSpec(tasks[0], options.InitStateId, options.Seed));
        if (options.From is not null)
            StoredState.Restore(options.From, environment);

        var trace = new ReplayTrace(environment, actions.Count, options.Observe);
        trace.AddState();
        for (int t = 0; t < actions.Count; t++)
        {
            trace.AddStep(Step(environment, actions, t));
            trace.AddState();
        }

        trace.Save(options.Trace);
        return trace.Summary();
    }

    private static StepResult Step(IEnvironment environment, RecordedActions actions, int t)
    {
        try
        {
            return environment.Step(actions[t]);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new EvalCoreException($"--actions: {actions.Name}, row {t}: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Better now than after an hour of playing.</summary>
    private static void CheckFolder(string file)
    {
        string path = Path.GetFullPath(file);
        if (Directory.Exists(path))
            throw new EvalCoreException($"--trace={file}: is a folder, expected a file");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--trace={file}: its folder cannot be made ({e.Message.TrimEnd('.')})", e);
        }
    }
}
