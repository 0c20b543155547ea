using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MuJoCo.Tests;

public sealed class ModelCacheTests
{
    private static readonly EnvTask Push = TestModel.Task("push");
    private static readonly EnvTask Pull = TestModel.Task("pull");

    [Fact]
    public async Task Threads_that_ask_at_the_same_time_get_one_model()
    {
        using var begun = new ManualResetEventSlim();
        using var cache = new ModelCache(_ =>
        {
            begun.Wait();
            return TestModel.Compile();
        });
        var renting = Enumerable.Range(0, 4)
            .Select(_ => Task.Factory.StartNew(() => cache.Rent(Push), TaskCreationOptions.LongRunning)).ToList();
        begun.Set();
        var leases = await Task.WhenAll(renting);
        Assert.Single(leases.Select(lease => lease.Model).Distinct());
        Assert.Equal((1, 1), (cache.Compilations, cache.Loaded));
        foreach (var lease in leases)
            lease.Dispose();
    }

    [Fact]
    public void Models_of_two_tasks_are_compiled_at_the_same_time()
    {
        // Where MuJoCo is missing the test is skipped here, not on the threads below.
        TestModel.Compile().Dispose();
        using var both = new Barrier(2);
        using var cache = new ModelCache(_ =>
        {
            Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30)));
            return TestModel.Compile();
        });
        Parallel.Invoke(() => cache.Rent(Push).Dispose(), () => cache.Rent(Pull).Dispose());
        Assert.Equal((2, 2), (cache.Compilations, cache.Loaded));
    }

    [Fact]
    public void A_model_stays_between_two_uses_until_its_task_is_released()
    {
        using var cache = new ModelCache(_ => TestModel.Compile());
        cache.Rent(Push).Dispose();
        cache.Rent(Push).Dispose();
        Assert.Equal((1, 1), (cache.Compilations, cache.Loaded));
        cache.Release(Pull);
        Assert.Equal(1, cache.Loaded);
        cache.Release(Push);
        cache.Release(Push);
        Assert.Equal(0, cache.Loaded);
    }

    [Fact]
    public void A_released_model_is_freed_by_its_last_user()
    {
        using var cache = new ModelCache(_ => TestModel.Compile());
        ModelLease first = cache.Rent(Push), second = cache.Rent(Push);
        var model = first.Model;
        cache.Release(Push);
        first.Dispose();
        first.Dispose();
        Assert.Equal(2, model.nq);
        Assert.Equal(1, cache.Loaded);

        // An episode after the release compiles again; the old model is not affected.
        using var third = cache.Rent(Push);
        Assert.NotSame(model, third.Model);
        Assert.Equal((2, 2), (cache.Compilations, cache.Loaded));
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.nq);
        Assert.Equal((2, 1), (third.Model.nq, cache.Loaded));
    }

    [Fact]
    public void Renderers_of_videos_share_a_changed_copy()
    {
        using var cache = new ModelCache(_ => TestModel.Compile(), model => model.vis.quality.shadowsize = 17);
        using (ModelLease video = cache.RentForVideo(Push), other = cache.RentForVideo(Push), playing = cache.Rent(Push))
        {
            Assert.Same(video.Model, other.Model);
            Assert.Equal(17, video.Model.vis.quality.shadowsize);
            Assert.NotEqual(17, playing.Model.vis.quality.shadowsize);
            Assert.Equal((1, 2), (cache.Compilations, cache.Loaded));
        }

        cache.Release(Push);
        Assert.Equal(0, cache.Loaded);
    }

    [Fact]
    public void Without_changes_videos_use_the_model_itself()
    {
        using var cache = new ModelCache(_ => TestModel.Compile());
        using ModelLease video = cache.RentForVideo(Push), playing = cache.Rent(Push);
        Assert.Same(playing.Model, video.Model);
        Assert.Equal(1, cache.Loaded);
    }

    [Fact]
    public void A_failed_compilation_is_tried_again()
    {
        bool fails = true;
        using var cache = new ModelCache(_ => fails ? throw new MujocoException("damaged") : TestModel.Compile());
        Assert.Throws<MujocoException>(() => cache.Rent(Push));
        fails = false;
        using var lease = cache.Rent(Push);
        Assert.Equal((2, 1), (cache.Compilations, cache.Loaded));
    }

    [Fact]
    public void Dispose_frees_all_models_but_those_in_use()
    {
        var cache = new ModelCache(_ => TestModel.Compile());
        cache.Rent(Push).Dispose();
        var lease = cache.Rent(Pull);
        cache.Dispose();
        Assert.Equal((2, 1), (lease.Model.nq, cache.Loaded));
        lease.Dispose();
        Assert.Equal(0, cache.Loaded);
        Assert.Throws<ObjectDisposedException>(() => cache.Rent(Push));
    }
}
