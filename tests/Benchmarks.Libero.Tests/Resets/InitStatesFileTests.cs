using System.IO.Compression;
using System.Text;
using Benchmarks.Libero.Resets;
using EvalCore;
using EvalCore.Tests;
using MuJoCo;

namespace Benchmarks.Libero.Tests.Resets;

public sealed class InitStatesFileTests
{
    private const string Entry = "archive/data.pkl";
    private const string Allowed = "such a file is an uncompressed archive of torch.save with one numpy array of float64, one row for each state";

    [Fact]
    public void The_published_files_have_the_recorded_states()
    {
        Machine.NeedsFiles();
        foreach (var suite in GoldenTask.All.GroupBy(task => task.Suite))
        {
            using var recorded = Goldens.Open($"libero/init_states/{suite.Key}.safetensors");
            foreach (var task in suite)
            {
                var states = InitStatesFile.Read(LiberoFiles.InitStates(task.Suite, task.Name));
                var values = recorded.Span<double>(task.Name);
                Assert.Equal(50, states.Count);
                Assert.Equal(RecordedReset.Of(task).StateWidth, states.Width);
                for (int i = 0; i < states.Count; i++)
                    Assert.True(values.Slice(i * states.Width, states.Width).SequenceEqual(states.Row(i)), $"{task}, state {i}");
            }
        }
    }

    [Fact]
    public void Numbers_of_states_begin_again_after_the_last()
    {
        var states = Read(Zip(Pickle([1, 2, 3, 4, 5, 6], 3, 2)));
        Assert.Equal([5.0, 6.0], states.Row(2));
        Assert.Equal([1.0, 2.0], states.Row(3));
        Assert.Equal([3.0, 4.0], states.Row(3001));
    }

    [Fact]
    public void States_of_another_model_are_refused()
    {
        global::MuJoCo.Tests.Machine.NeedsMujoco();
        using var model = MjModel.FromXml("<mujoco><worldbody><body><freejoint/><geom size='1'/></body></worldbody></mujoco>");
        var e = Assert.Throws<EvalCoreException>(() => Read(Zip(Pickle([1, 2, 3], 1, 3))).CheckFits(model));
        Assert.Equal(
            "x.pruned_init: a state has 3 numbers, but the task's model needs 14 (the time, 7 positions, 6 velocities); the file belongs to another task",
            e.Message);
        var states = Read(Zip(Pickle([.. Enumerable.Range(0, 28).Select(i => (double)i)], 2, 14)));
        states.CheckFits(model);
        using var data = new MjData(model);
        states.CopyTo(3, data);
        Assert.Equal(14, data.time);
        Assert.Equal([15.0, 16, 17, 18, 19, 20, 21], data.qpos);
        Assert.Equal([22.0, 23, 24, 25, 26, 27], data.qvel);
    }

    [Theory]
    [InlineData("cos\nsystem\n", "archive/data.pkl, byte 2: the name 'os system', which no array needs")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct2\n", "archive/data.pkl, byte 2: the name 'numpy.core.multiarray _reconstruct2', which no array needs")]
    [InlineData("cbuiltins\nexec\nX\u0001\0\0\0x\u0085R.", "archive/data.pkl, byte 2: the name 'builtins exec', which no array needs")]
    [InlineData("c\x1b[31m\nx\n", "archive/data.pkl, byte 2: the name '?[31m x', which no array needs")]
    [InlineData("K\u0001}", "archive/data.pkl, byte 4: the instruction 0x7d, which no array needs")]
    [InlineData("\u0080\u0002", "archive/data.pkl, byte 2: a second protocol")]
    [InlineData("h\u0007", "archive/data.pkl, byte 2: nothing was stored under 7")]
    [InlineData("q\u0007", "archive/data.pkl, byte 2: a value is missing")]
    [InlineData("(q\u0007", "archive/data.pkl, byte 3: a value is missing")]
    [InlineData("K\u0001t", "archive/data.pkl, byte 4: a value is missing")]
    [InlineData("(K\u0001\u0086", "archive/data.pkl, byte 5: a value is missing")]
    [InlineData("K\u0001K\u0001R", "archive/data.pkl, byte 6: a call of something that is not a function")]
    [InlineData("cnumpy\ndtype\nK\u0001R", "archive/data.pkl, byte 17: a call that no array of float64 needs")]
    [InlineData("K\u0001K\u0001b", "archive/data.pkl, byte 6: it is not a two-dimensional array of little-endian float64 in row-major order")]
    [InlineData("K\u0001.", "archive/data.pkl, byte 4: the result is not an array")]
    [InlineData("K\u0001.K", "archive/data.pkl, byte 4: 1 bytes after the end")]
    [InlineData("K\u0001", "archive/data.pkl, byte 4: the end is missing")]
    [InlineData("X\u00ff\u00ff\u00ff\u007fx", "archive/data.pkl, byte 2: the end is missing")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffx", "archive/data.pkl, byte 2: the end is missing")]
    [InlineData("cnumpy", "archive/data.pkl, byte 2: the end of a name is missing")]
    public void Anything_but_an_array_is_refused(string instructions, string problem)
    {
        byte[] pickle = [0x80, 2, .. Encoding.Latin1.GetBytes(instructions)];
        Assert.Equal($"x.pruned_init is not a file of LIBERO's initial states: {problem}; {Allowed}", Refused(Zip(pickle)));
    }

    [Fact]
    public void Arrays_of_another_kind_are_refused()
    {
        Assert.Contains("a call that no array of float64 needs", Refused(Zip(Replaced(Pickle([1], 1, 1), "f8", "f4"))), StringComparison.Ordinal);
        Assert.Contains("little-endian", Refused(Zip(Replaced(Pickle([1], 1, 1), "<", ">"))), StringComparison.Ordinal);
        Assert.Contains("an array of 0 x 3", Refused(Zip(Pickle([], 0, 3))), StringComparison.Ordinal);
        Assert.Contains("an array of 4 numbers in 24 bytes", Refused(Zip(Pickle([1, 2, 3], 2, 2))), StringComparison.Ordinal);
        Assert.Contains("an array of 4611686014132420609 numbers", Refused(Zip(Pickle([1], int.MaxValue, int.MaxValue))), StringComparison.Ordinal);
        Assert.Contains("an array of 2 numbers in 24 bytes", Refused(Zip(Pickle([1, 2, 3], 1, 2))), StringComparison.Ordinal);
        Assert.Contains("number 1 of state 1 is not finite", Refused(Zip(Pickle([1, 2, 3, double.NaN], 2, 2))), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_values_and_deep_tuples_are_refused()
    {
        Assert.Contains("too many values", Refused(Zip([0x80, 2, .. Enumerable.Repeat((byte)'N', 1_000_000)])), StringComparison.Ordinal);
        Assert.Contains("the end is missing", Refused(Zip([0x80, 2, (byte)'N', .. Enumerable.Repeat((byte)0x85, 1_000_000)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_of_another_kind_are_refused()
    {
        byte[] pickle = Pickle([.. new double[1000]], 10, 100);
        Assert.Contains("its archive is damaged", Refused(pickle), StringComparison.Ordinal);
        Assert.Contains("its archive is damaged", Refused([]), StringComparison.Ordinal);
        Assert.Contains("it has 16777217 bytes, more than 16 MiB", Refused(new byte[(16 << 20) + 1]), StringComparison.Ordinal);
        Assert.Contains("archive/data.pkl is compressed", Refused(Zip(pickle, CompressionLevel.Optimal)), StringComparison.Ordinal);
        Assert.Contains("it must have one entry archive/data.pkl", Refused(Zip(pickle, name: "data.pkl")), StringComparison.Ordinal);
        Assert.Equal(10, Read(Zip(pickle)).Count);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var e = Assert.Throws<EvalCoreException>(() => InitStatesFile.Read("/nowhere/x.pruned_init"));
        Assert.StartsWith("/nowhere/x.pruned_init cannot be read (", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_refused_in_one_line()
    {
        var corpus = new List<byte[]> { Zip(Pickle([1, 2, 3, 4], 2, 2)), Pickle([1, 2, 3, 4], 2, 2) };
        if (LiberoFiles.LiberoOrNull is not null)
            corpus.Add(File.ReadAllBytes(LiberoFiles.InitStates("libero_goal", "turn_on_the_stove")));
        Fuzz.Run(corpus, (byte[] input) =>
        {
            // Damage to the pickle inside a sound archive goes deeper than damage to the archive.
            foreach (byte[] file in new[] { input, Zip(input) })
            {
                try
                {
                    Read(file);
                }
                catch (EvalCoreException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            }
        });
    }

    private static string Refused(byte[] file) => Assert.Throws<EvalCoreException>(() => Read(file)).Message;

    private static InitStates Read(byte[] file) => InitStatesFile.Read(new MemoryStream(file), "x.pruned_init");

    private static byte[] Zip(byte[] pickle, CompressionLevel level = CompressionLevel.NoCompression, string name = Entry)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name, level).Open();
            entry.Write(pickle);
        }

        return stream.ToArray();
    }

    /// <summary>A pickle as Python writes it for an array of numpy 1.</summary>
    private static byte[] Pickle(double[] values, int rows, int columns)
    {
        string text = Encoding.Latin1.GetString([.. values.SelectMany(BitConverter.GetBytes)]);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return
        [
            0x80, 2, .. Ascii("cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nq\u0001K\0"), 0x85, .. Ascii("q\u0002c_codecs\nencode\nq\u0003"),
            .. Text("b"), .. Ascii("q\u0004"), .. Text("latin1"), .. Ascii("q\u0005"), 0x86, .. Ascii("q\u0006Rq\u0007"), 0x87, .. Ascii("q\u0008Rq\u0009(K\u0001J"),
            .. BitConverter.GetBytes(rows), (byte)'J', .. BitConverter.GetBytes(columns), 0x86, .. Ascii("q\u000acnumpy\ndtype\nq\u000b"),
            .. Text("f8"), .. Ascii("q\u000c"), 0x89, 0x88, 0x87, .. Ascii("q\u000dRq\u000e(K\u0003"), .. Text("<"), .. Ascii("q\u000fNNNJ"),
            .. BitConverter.GetBytes(-1), (byte)'J', .. BitConverter.GetBytes(-1), .. Ascii("K\0tq\u0010b"), 0x89, .. Ascii("h\u0003X"),
            .. BitConverter.GetBytes(utf8.Length), .. utf8, .. Ascii("q\u0011h\u0005"), 0x86, .. Ascii("q\u0012Rq\u0013tq\u0014b."),
        ];

        static byte[] Ascii(string s) => Encoding.ASCII.GetBytes(s);

        static byte[] Text(string s) => [(byte)'X', .. BitConverter.GetBytes(s.Length), .. Encoding.ASCII.GetBytes(s)];
    }

    private static byte[] Replaced(byte[] pickle, string old, string @new)
    {
        int at = pickle.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(old));
        Encoding.ASCII.GetBytes(@new).CopyTo(pickle, at);
        return pickle;
    }
}
