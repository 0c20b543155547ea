namespace EvalCore.Environments;

/// <summary>
/// One task of a suite: PushT itself, one of Meta-World's fifty, one of LIBERO's hundred and thirty.
/// </summary>
/// <param name="Suite">The environment type as <c>--env.type</c> names it, for example <c>pusht</c>.</param>
/// <param name="Group">The group results are aggregated under: <c>task_group</c> in <c>eval_info.json</c>.</param>
/// <param name="Id">The number of the task in its group, from 0: <c>task_id</c> in <c>eval_info.json</c>.</param>
/// <param name="Name">The name a user gives in <c>--env.task</c>.</param>
/// <param name="Description">The instruction handed to language-conditioned policies; empty where a suite has none.</param>
public sealed record EnvTask(string Suite, string Group, int Id, string Name, string Description);
