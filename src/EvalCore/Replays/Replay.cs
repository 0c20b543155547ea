using EvalCore.Environments;
using EvalCore.Files;
using Safetensors;

namespace EvalCore.Replays;

/// <summary>
/// Plays all recorded actions in an environment, also past success and, where the suite allows it, past the time limit,
/// and writes a trace. With T actions, the trace contains
/// <list type="bullet">
/// <item><c>reward [T]</c> F64, <c>success [T]</c> and <c>terminated [T]</c> U8;</item>
/// <item>the simulator's state by the names of <see cref="IStateAccess.StateFields"/>, <c>[T+1, ...]</c> F64, row 0 after
/// the reset;</item>
/// <item>when requested, the observations: <c>obs.&lt;key&gt; [T+1, n]</c> F64 and
/// <c>obs_u8.&lt;key&gt; [T+1, height, width, 3]</c> U8;</item>
/// <item>when the environment implements <see cref="IGoalConditions"/>, <c>conjuncts [T+1, n]</c> U8: which conditions
/// hold.</item>
/// </list>
/// </summary>
public static class Replay
{
    /// <summary>Plays the actions and writes the trace.</summary>
    /// <exception cref="EvalCoreException">A file or option is invalid; the message names it.</exception>
    /// <exception cref="SafetensorsException">A file cannot be read or written.</exception>
    public static ReplaySummary Run(ReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var benchmark = options.Env.Open();
        if (benchmark.Tasks is not [var task])
            throw new EvalCoreException($"--env.task={options.Env.Task}: names {benchmark.Tasks.Count} tasks; name exactly one for a replay");
        var actions = RecordedActions.Read(options.Actions, benchmark.ActionSpace.Dimension);
        using var from = options.From is null ? null : TensorFile.Open(options.From, "--from");
        int? initState = InitState(task, options);
        CheckFolder(options.Trace);

        using var environment = benchmark.Make(task);
        environment.Reset(new EpisodeSpec(task, options.EpisodeIndex, options.Seed, initState));
        if (from is not null)
        {
            StoredState.Restore(from, environment as IStateAccess ?? throw new EvalCoreException(
                $"--from: the state of {options.Env.Type} cannot be set"));
        }

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

    /// <summary>The number of the initial state; null where the suite has no stored ones.</summary>
    private static int? InitState(EnvTask task, ReplayOptions options) => task.InitStates switch
    {
        null when options.InitStateId == 0 => null,
        null => throw new EvalCoreException($"--env.init_state_id: {task.Name} starts from no stored initial state with these flags; leave it out"),
        { } count when options.InitStateId < count => options.InitStateId,
        { } count => throw new EvalCoreException($"--env.init_state_id: {options.InitStateId} is out of range; {task.Name} has initial states 0 to {count - 1}"),
    };

    private static StepResult Step(IEnvironment environment, RecordedActions actions, int t)
    {
        try
        {
            return actions.AreFloat64 && environment is IFloat64Actions float64
                ? float64.StepFloat64(actions[t])
                : environment.Step(actions[t]);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new EvalCoreException($"--actions: {actions.Name}, row {t}: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Creates the trace's folder before the actions are played, which may take long.</summary>
    private static void CheckFolder(string file)
    {
        if (Directory.Exists(file))
            throw new EvalCoreException($"--trace={file}: is a folder, expected a file");
        OutputFile.Check("--trace", file, "a safetensors file", ".safetensors");
        string path = Path.GetFullPath(file);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw new EvalCoreException($"--trace={file}: its folder cannot be created ({EvalCoreException.Reason(e)})", e);
        }
    }
}
