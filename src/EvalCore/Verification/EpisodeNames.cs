using System.Globalization;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Verification;

/// <summary>The names of episodes in <c>--episode</c>: <c>TASK:K</c>, where the task may be a group of tasks, or <c>K</c> for that episode of every task.</summary>
public static class EpisodeNames
{
    /// <summary>The episodes that names choose.</summary>
    /// <param name="episodes">The episodes of the run that were played.</param>
    /// <param name="errors">Those that could not be played.</param>
    /// <param name="names">The names.</param>
    /// <param name="run">The run, for messages.</param>
    /// <returns>The episodes, in the order of the run.</returns>
    /// <exception cref="EvalCoreException">A name is malformed, or no episode that was played has it.</exception>
    public static IReadOnlyList<EpisodeRecord> Choose(IReadOnlyList<EpisodeRecord> episodes, IReadOnlyList<EpisodeRecord> errors, IReadOnlyList<string> names, string run)
    {
        ArgumentNullException.ThrowIfNull(episodes);
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(names);
        EpisodeRecord[] all = [.. episodes, .. errors];
        var chosen = names.SelectMany(name => Of(all, name, run)).Select(episode => episode.Key).ToHashSet();
        return [.. episodes.Where(episode => chosen.Contains(episode.Key))];
    }

    /// <summary>Reads a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="task">The task; empty for every task.</param>
    /// <param name="index">The number of the episode.</param>
    /// <returns>False for something else.</returns>
    public static bool TryRead(string name, out string task, out int index)
    {
        ArgumentNullException.ThrowIfNull(name);
        int colon = name.LastIndexOf(':');
        task = colon < 0 ? "" : name[..colon];
        return int.TryParse(name[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out index) && (colon < 0 || task.Length > 0);
    }

    private static EpisodeRecord[] Of(EpisodeRecord[] all, string name, string run)
    {
        if (!TryRead(name, out string task, out int index))
            throw new EvalCoreException($"--episode: '{name}' is not TASK:K, for example {all[0].Task}:7, nor the number of an episode, from 0");
        EpisodeRecord[] ofTask = task.Length == 0 ? all : [.. all.Where(episode => episode.Task == task || episode.TaskGroup == task)];
        if (ofTask.Length == 0)
        {
            string[] known = [.. all.SelectMany(episode => (string[])[episode.Task, episode.TaskGroup]).Distinct()];
            throw new EvalCoreException($"--episode: {run} has no task or group '{task}'{Nearest.Hint(task, known)}");
        }

        EpisodeRecord[] found = [.. ofTask.Where(episode => episode.EpisodeIndex == index)];
        string of = task.Length == 0 ? "" : $" of {task}";
        if (found.Length == 0)
            throw new EvalCoreException($"--episode: {run} has no episode {index}{of}; the last one is {ofTask.Max(episode => episode.EpisodeIndex)}");
        return found.Any(episode => episode.Error is null)
            ? found
            : throw new EvalCoreException($"--episode: episode {index}{of} is an error, which was not played");
    }
}
