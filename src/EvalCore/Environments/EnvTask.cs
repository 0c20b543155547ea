namespace EvalCore.Environments;

/// <summary>
/// One task of a suite: PushT itself, one of Meta-World's fifty, one of LIBERO's hundred and thirty.
/// </summary>
/// <param name="Suite">The environment type as <c>--env.type</c> names it, for example <c>pusht</c>.</param>
/// <param name="Group">The group that results are aggregated under: <c>task_group</c> in <c>eval_info.json</c>.</param>
/// <param name="Id">The number of the task in its group, from 0: <c>task_id</c> in <c>eval_info.json</c>.</param>
/// <param name="Name">The name a user gives in <c>--env.task</c>.</param>
/// <param name="Description">The instruction for language-conditioned policies; empty where a suite has none.</param>
public sealed record EnvTask(string Suite, string Group, int Id, string Name, string Description)
{
    /// <summary>
    /// The number of stored initial states; episode k starts from state k modulo this number. Null when the seed alone
    /// determines the initial state.
    /// </summary>
    public int? InitStates { get; init; }

    /// <summary>The most steps of an episode; null where all tasks of the suite have the same. Shards are balanced by it.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Returns the specification of an episode of the task.</summary>
    /// <param name="index">The number of the episode in its task, from 0.</param>
    /// <param name="firstSeed">The seed of episode 0.</param>
    public EpisodeSpec Episode(int index, long firstSeed) =>
        new(this, index, firstSeed + index, InitStates is { } count ? index % count : null);
}
