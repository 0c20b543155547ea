using EvalCore.Environments;

namespace EvalCore.Rollout;

/// <summary>
/// Says when the resources of a task can be freed: after the last of its episodes that are planned, or, where only some of
/// them are played and in any order, when none of its episodes is waiting or in flight and too many other tasks have
/// resources. An episode counts until its video is written. Thread-safe.
/// </summary>
/// <param name="most">How many tasks may keep resources while none of their episodes is waiting or in flight.</param>
/// <param name="release">Frees the resources of a task; another episode of it would build them again.</param>
internal sealed class TaskLifetimes(int most, Action<EnvTask> release)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EnvTask, int> _planned = [];
    private readonly Dictionary<EnvTask, int> _inFlight = [];

    /// <summary>The tasks none of whose episodes is in flight, the one that ended first at the front.</summary>
    private readonly List<EnvTask> _idle = [];

    /// <summary>Adds planned episodes of a task.</summary>
    public void Plan(EnvTask task, int episodes)
    {
        lock (_lock)
            _planned[task] = episodes;
    }

    /// <summary>An episode of a task was asked for.</summary>
    public void Begin(EnvTask task)
    {
        lock (_lock)
        {
            _idle.Remove(task);
            _inFlight[task] = _inFlight.GetValueOrDefault(task) + 1;
        }

        Trim();
    }

    /// <summary>An episode of a task is over, and its video, if any, is written.</summary>
    public void End(EnvTask task)
    {
        bool isLast;
        lock (_lock)
        {
            isLast = (_planned[task] = _planned.GetValueOrDefault(task) - 1) == 0;
            if (--_inFlight[task] == 0)
            {
                _inFlight.Remove(task);
                if (!isLast)
                    _idle.Add(task);
            }
        }

        if (isLast)
            release(task);
        Trim();
    }

    private void Trim()
    {
        while (true)
        {
            EnvTask task;
            lock (_lock)
            {
                if (_idle.Count == 0 || _idle.Count + _inFlight.Count <= most)
                    return;
                task = _idle[0];
                _idle.RemoveAt(0);
            }

            release(task);
        }
    }
}
