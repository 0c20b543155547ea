using MuJoCo.Native;

namespace MuJoCo.Tests;

public sealed class RendererTests
{
    public RendererTests()
    {
        Machine.NeedsMujoco();
        Machine.NeedsEgl();
    }

    [Fact]
    public void An_image_has_the_top_row_first()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.Forward();
        using var renderer = new Renderer(model, 64, 48);
        byte[] image = new byte[64 * 48 * 3], bottomUp = new byte[64 * 48 * 3];
        renderer.Render(data, 0, image);
        renderer.Render(data, 0, bottomUp, bottomUp: true);
        for (int row = 0; row < 48; row++)
            Assert.Equal(image.AsSpan(row * 192, 192), bottomUp.AsSpan((47 - row) * 192, 192));
        // The red box is near the middle, the top row is background, the bottom row is bluish floor.
        int middle = (19 * 64 + 32) * 3, bottom = (47 * 64 + 32) * 3;
        Assert.True(image[middle] > 2 * image[middle + 2], $"{image[middle]} {image[middle + 1]} {image[middle + 2]}");
        Assert.True(image[bottom + 2] > image[bottom], $"{image[bottom]} {image[bottom + 2]}");
        Assert.Equal(0, image[..3].Sum(b => b));
    }

    [Fact]
    public void Depth_is_in_metres()
    {
        using var model = MjModel.FromXml("""
            <mujoco><worldbody><camera name="down" pos="0 0 3"/><geom type="plane" size="9 9 1"/></worldbody></mujoco>
            """);
        using var data = new MjData(model);
        data.Forward();
        using var renderer = new Renderer(model, 32, 32);
        float[] depth = new float[32 * 32];
        renderer.RenderDepth(data, 0, depth);
        Assert.All(depth, z => Assert.Equal(3f, z, 0.01f));
    }

    [Fact]
    public void Renderers_of_several_models_and_sizes_alternate()
    {
        using var first = MjModel.FromXml(Models.Small);
        using var second = MjModel.FromXml(Models.Small.Replace("0.9 0.1 0.1 1", "0.1 0.9 0.1 1", StringComparison.Ordinal));
        byte[] Alone(MjModel model, int width, int height, int camera)
        {
            using var data = new MjData(model);
            data.Forward();
            using var renderer = new Renderer(model, width, height);
            byte[] image = new byte[width * height * 3];
            renderer.Render(data, camera, image);
            return image;
        }

        (MjModel Model, int W, int H, int Camera)[] views =
            [(first, 64, 48, 0), (second, 64, 48, 0), (first, 100, 80, 1), (second, 33, 17, 0), (second, 300, 200, 1)];
        byte[][] expected = [.. views.Select(v => Alone(v.Model, v.W, v.H, v.Camera))];
        Assert.All(expected, image => Assert.Contains(image, b => b > 30));
        Assert.NotEqual(expected[0], expected[1]);

        var datas = views.Select(v => new MjData(v.Model)).ToArray();
        var renderers = views.Select(v => new Renderer(v.Model, v.W, v.H)).ToArray();
        foreach (var data in datas)
            data.Forward();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < views.Length; i++)
            {
                if (renderers[i] is null)
                    renderers[i] = new Renderer(views[i].Model, views[i].W, views[i].H);
                byte[] image = new byte[expected[i].Length];
                renderers[i].Render(datas[i], views[i].Camera, image);
                Assert.Equal(expected[i], image);
            }

            // One renderer is disposed and created again between the others.
            renderers[round].Dispose();
            renderers[round] = null!;
        }

        foreach (var renderer in renderers)
            renderer?.Dispose();
        foreach (var data in datas)
            data.Dispose();
    }

    [Fact]
    public void Several_threads_render_at_the_same_time()
    {
        using var model = MjModel.FromXml(Models.Small);
        byte[][] images = new byte[3][];
        var threads = Enumerable.Range(0, 3).Select(i => new Thread(() =>
        {
            using var data = new MjData(model);
            data.Forward();
            using var renderer = new Renderer(model, 64, 48);
            images[i] = new byte[64 * 48 * 3];
            for (int n = 0; n < 3; n++)
                renderer.Render(data, 0, images[i]);
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Contains(images[0], b => b > 100);
        Assert.Equal(images[0], images[1]);
        Assert.Equal(images[0], images[2]);
    }

    [Fact]
    public void A_disposed_renderer_leaves_no_OpenGL_objects()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.Forward();
        byte[] image = new byte[64 * 48 * 3];
        string before = GlObjects.Count(), during = before;
        for (int i = 0; i < 20; i++)
        {
            using var renderer = new Renderer(model, 64, 48, samples: i % 2 == 0 ? null : 0);
            renderer.Render(data, 0, image);
            during = GlObjects.Count();
        }

        Assert.NotEqual(before, during);
        Assert.Equal(before, GlObjects.Count());
    }

    [Fact]
    public void A_renderer_can_be_disposed_on_another_thread()
    {
        using var model = MjModel.FromXml(Models.Small);
        Renderer? renderer = null;
        var maker = new Thread(() => renderer = new Renderer(model, 20, 20));
        maker.Start();
        maker.Join();
        renderer!.Dispose();
        Assert.Throws<ObjectDisposedException>(() => renderer.Flags.Length);
    }

    [Fact]
    public void Samples_and_visibility_options_change_the_image()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.Forward();
        byte[] smooth = new byte[64 * 48 * 3], jagged = new byte[64 * 48 * 3], flat = new byte[64 * 48 * 3];
        using var four = new Renderer(model, 64, 48);
        four.Render(data, 1, smooth);
        using var none = new Renderer(model, 64, 48, samples: 0);
        none.Render(data, 1, jagged);
        Assert.NotEqual(smooth, jagged);
        four.Option.geomgroup[0] = 0;
        four.Render(data, 1, flat);
        Assert.All(flat, b => Assert.Equal(0, b));
    }

    [Fact]
    public void Wrong_cameras_buffers_and_data_are_rejected()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var other = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        using var foreign = new MjData(other);
        using var renderer = new Renderer(model, 8, 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => renderer.Render(data, 2, new byte[192]));
        Assert.Throws<ArgumentException>(() => renderer.Render(data, 0, new byte[191]));
        Assert.Throws<ArgumentException>(() => renderer.Render(foreign, 0, new byte[192]));
    }

    [Fact]
    public void A_context_that_cannot_be_made_current_is_not_kept_locked()
    {
        GlContext? context = null;
        var owner = new Thread(() => context = GlContext.OfThread);
        owner.Start();
        owner.Join();
        context!.Dispose();
        for (int i = 0; i < 2; i++)
        {
            // A lock is held by a thread: another one would wait for ever.
            MujocoException? failure = null;
            var other = new Thread(() =>
            {
                try
                {
                    context.Begin().Dispose();
                }
                catch (MujocoException e)
                {
                    failure = e;
                }
            }) { IsBackground = true };
            other.Start();
            Assert.True(other.Join(TimeSpan.FromMinutes(1)), "the context is locked");
            Assert.StartsWith("eglMakeCurrent failed", failure?.Message, StringComparison.Ordinal);
        }
    }
}
