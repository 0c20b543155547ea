using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

public class TorchThreadsTests
{
    [Fact]
    public void A_number_set_by_another_thread_does_not_change_a_new_threads_number()
    {
        int seen = 0;
        var thread = new Thread(() =>
        {
            TorchThreads.Use(1);
            var other = new Thread(() => set_num_threads(2));
            other.Start();
            other.Join();
            using var tensor = ones(1 << 16);
            using var sum = tensor.sum();
            seen = get_num_threads();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(1, seen);
    }
}
