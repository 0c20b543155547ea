using EvalCore.Results;

namespace EvalCore.Tests.Results;

public sealed class ShardTests
{
    /// <summary>An array with a task for each shard may count from any number; in another one a task has the number of its shard.</summary>
    [Theory]
    [InlineData(2, 1, 4, 1, 1)]
    [InlineData(2, 0, 3, 1, 2)]
    [InlineData(6, 0, 6, 2, 3)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(3, 1, 3, 1, 3)]
    [InlineData(0, 0, 1, 1, 0)]
    public void The_tasks_of_an_array_are_the_shards(int task, int first, int last, int step, int shard) =>
        Assert.Equal(new Shard(shard, 4), Shard.Parse("auto/4", Array(task, first, last, step)));

    [Fact]
    public void A_task_without_a_shard_is_refused() =>
        Assert.Equal("SLURM_ARRAY_TASK_ID: shard 4 of 4 is out of range; give --shard=i/n", Assert.Throws<EvalCoreException>(() => Shard.Parse("auto/4", Array(4, 4, 4, 1))).Message);

    private static Func<string, string?> Array(int task, int first, int last, int step) => name => name switch
    {
        "SLURM_ARRAY_TASK_ID" => $"{task}",
        "SLURM_ARRAY_TASK_MIN" => $"{first}",
        "SLURM_ARRAY_TASK_MAX" => $"{last}",
        "SLURM_ARRAY_TASK_STEP" => $"{step}",
        _ => null,
    };
}
