using EvalCore.Environments;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

public sealed class TaskQueueTests
{
    private static readonly EnvTask A = new("walk", "walks", 0, "a", ""), B = new("walk", "walks", 1, "b", ""), C = new("walk", "walks", 2, "c", "");

    [Fact]
    public void One_task_is_taken_after_the_other()
    {
        var queue = new TaskQueue<int>();
        foreach (var (task, item) in new[] { (B, 1), (A, 2), (B, 3), (C, 4), (A, 5) })
            queue.Enqueue(task, item);
        Assert.Equal(5, queue.Count);
        Assert.Equal([1, 3, 2, 5, 4], Enumerable.Range(0, 5).Select(_ => Take(queue, null)));
        Assert.Null(Take(queue, null));
    }

    [Fact]
    public void The_items_of_a_named_task_are_preferred()
    {
        var queue = new TaskQueue<int>();
        foreach (var (task, item) in new[] { (B, 1), (A, 2), (B, 3), (A, 4) })
            queue.Enqueue(task, item);
        Assert.Equal([2, 4, null], Enumerable.Range(0, 3).Select(_ => Take(queue, A)));
        Assert.Null(Take(queue, C));
        Assert.Equal(1, Take(queue, null));
        Assert.Equal([3], queue.Clear());
        Assert.Equal(0, queue.Count);
    }

    private static int? Take(TaskQueue<int> queue, EnvTask? task) => queue.TryDequeue(task, out int item) ? item : null;
}
