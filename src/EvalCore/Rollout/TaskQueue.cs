using System.Diagnostics.CodeAnalysis;
using EvalCore.Environments;

namespace EvalCore.Rollout;

/// <summary>
/// Waiting items of tasks. The items of one task are taken in the order they came, and one task after the other, so that few
/// tasks have environments at a time, whatever the order in which their episodes were asked for.
/// </summary>
/// <typeparam name="T">An item.</typeparam>
internal sealed class TaskQueue<T>
{
    private readonly OrderedDictionary<EnvTask, Queue<T>> _tasks = [];

    /// <summary>The number of items.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an item.</summary>
    public void Enqueue(EnvTask task, T item)
    {
        if (!_tasks.TryGetValue(task, out var items))
            _tasks.Add(task, items = []);
        items.Enqueue(item);
        Count++;
    }

    /// <summary>Takes the next item of a task; null stands for the task that has waited longest.</summary>
    public bool TryDequeue(EnvTask? task, [MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (Count == 0)
            return false;
        task ??= _tasks.GetAt(0).Key;
        if (!_tasks.TryGetValue(task, out var items))
            return false;
        item = items.Dequeue();
        if (items.Count == 0)
            _tasks.Remove(task);
        Count--;
        return true;
    }

    /// <summary>Takes all items.</summary>
    public IReadOnlyList<T> Clear()
    {
        T[] all = [.. _tasks.Values.SelectMany(items => items)];
        _tasks.Clear();
        Count = 0;
        return all;
    }
}
