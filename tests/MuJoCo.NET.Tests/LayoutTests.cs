using System.Runtime.CompilerServices;
using System.Text.Json;
using EvalCore.Tests;

namespace MuJoCo.Tests;

/// <summary>
/// Compares the generated members with the loaded library. A wrong offset or shape gives wrong addresses of arrays.
/// </summary>
public sealed class LayoutTests
{
    public LayoutTests() => Machine.NeedsMujoco();

    [Fact]
    public void Arrays_of_a_model_fill_its_buffer_in_the_order_of_the_struct()
    {
        using var model = MjModel.FromXml(Models.Small);
        AssertConsecutive(model.Arrays(), BufferOf(model));
    }

    [Fact]
    public void Arrays_of_the_data_fill_their_buffer_in_the_order_of_the_struct()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        // Without the arrays of mjData's arena, from contact on, which exist only while there are contacts.
        var arrays = data.Arrays().TakeWhile(a => a.Name != "contact").ToList();
        Assert.True(arrays.Count > 60);
        (nint start, long length) = BufferOf(data);
        Assert.Equal(data.nbuffer, length);
        AssertConsecutive(arrays, (start, length));
    }

    [Fact]
    public void Arrays_of_contacts_and_constraints_lie_in_the_arena()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.ResetKeyframe(0);
        data.qpos[2] = 0.0999;
        data.Forward();
        Assert.True(data.ncon >= 4);
        Assert.True(data.nefc > 0);
        Assert.Equal(data.ncon, data.contact.Length);
        (nint start, long length) = ArenaOf(data);
        foreach (var (name, address, bytes, _) in data.Arrays().SkipWhile(a => a.Name != "contact").Where(a => a.Bytes > 0 && a.Address != 0))
            Assert.True(address >= start && address + bytes <= start + length, name);
    }

    [Fact]
    public void The_sizes_of_all_arrays_add_up_to_the_size_the_library_computes()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var larger = MjModel.FromXml(Models.Small.Replace("<geom name=\"cube\"", "<geom type=\"sphere\" size=\"0.01\"/><geom name=\"cube\"", StringComparison.Ordinal));
        long Bytes(MjModel m) => m.Arrays().Sum(a => a.Bytes);
        Assert.Equal(model.ngeom + 1, larger.ngeom);
        // The rest of the binary format does not depend on the model.
        Assert.Equal(model.Size - Bytes(model), larger.Size - Bytes(larger));
        Assert.Equal(model.Size, model.ToBytes().Length);
    }

    [Fact]
    public void Fields_have_the_values_in_the_XML()
    {
        using var model = MjModel.FromXml(Models.Small);
        Assert.Equal(9, model.nq);
        Assert.Equal(8, model.nv);
        Assert.Equal(1, model.nu);
        Assert.Equal(5, model.nbody);
        Assert.Equal(1, model.nmocap);
        Assert.Equal(2, model.ncam);
        Assert.Equal(0.004, model.opt.timestep);
        Assert.Equal([0, 0, -9.5], model.opt.gravity);
        Assert.Equal(2, model.stat.extent);
        Assert.Equal(0.5, model.stat.center[2]);
        Assert.Equal(64, model.vis.global.offwidth);
        Assert.Equal(48, model.vis.global.offheight);
        Assert.Equal(4, model.vis.quality.offsamples);
        Assert.Equal(4096, model.vis.quality.shadowsize);
        Assert.Equal([0.5, 0, 0.6], model.body_pos.Slice(3 * model.Id(mjtObj.mjOBJ_BODY, "upper"), 3));
        Assert.Equal(0.1, model.dof_damping[6]);
        Assert.Equal([-1, 1], model.actuator_ctrlrange);
        Assert.Equal([50, 45], model.cam_fovy);
        Assert.Equal(0.9f, model.geom_rgba[4 * model.Id(mjtObj.mjOBJ_GEOM, "cube")]);
        Assert.Equal([0, 0, 0.5, 1, 0, 0, 0, 0.3, -0.4], model.key_qpos);
    }

    [Fact]
    public void Structs_have_the_size_and_offsets_of_the_reference_layout()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Native("layout-3.8.1.json")));
        var structs = json.RootElement.GetProperty("structs");
        int Size(string name) => structs.GetProperty(name).GetProperty("size").GetInt32();
        Assert.Equal(3008001, json.RootElement.GetProperty("mj_version").GetInt32());
        Assert.Equal(MjModel.StructSize, Size("mjModel"));
        Assert.Equal(MjData.StructSize, Size("mjData"));
        Assert.Equal(Size("mjContact"), Unsafe.SizeOf<MjContact>());
        Assert.Equal(Size("mjOption"), Unsafe.SizeOf<MjOption>());
        Assert.Equal(Size("mjVisual"), Unsafe.SizeOf<MjVisual>());
        Assert.Equal(Size("mjStatistic"), Unsafe.SizeOf<MjStatistic>());
        Assert.Equal(Size("mjvCamera"), Unsafe.SizeOf<MjvCamera>());
        Assert.Equal(Size("mjvOption"), Unsafe.SizeOf<MjvOption>());
        Assert.Equal(Size("mjWarningStat"), Unsafe.SizeOf<MjWarningStat>());
        foreach (var field in structs.GetProperty("mjContact").GetProperty("fields").EnumerateObject())
        {
            int offset = (int)System.Runtime.InteropServices.Marshal.OffsetOf<MjContact>(field.Name);
            Assert.Equal((field.Name, field.Value.GetProperty("offset").GetInt32()), (field.Name, offset));
        }
    }

    private static unsafe (nint, long) BufferOf(MjModel model) => (*(nint*)(model.Pointer + 1728), BufferLength(model.Arrays()));

    private static unsafe (nint, long) BufferOf(MjData data) =>
        (*(nint*)(data.Pointer + 161648), BufferLength(data.Arrays().TakeWhile(a => a.Name != "contact")));

    private static unsafe (nint, long) ArenaOf(MjData data) => (*(nint*)(data.Pointer + 161656), data.narena);

    /// <summary>MuJoCo aligns each array to 64 bytes.</summary>
    private static long BufferLength(IEnumerable<(string Name, nint Address, long Bytes, int Offset)> arrays)
    {
        long end = 0;
        foreach (var (_, _, bytes, _) in arrays)
            end = (end + 63) / 64 * 64 + bytes;
        return end;
    }

    private static void AssertConsecutive(
        IReadOnlyList<(string Name, nint Address, long Bytes, int Offset)> arrays, (nint Start, long Length) buffer)
    {
        nint next = buffer.Start;
        foreach (var (name, address, bytes, _) in arrays)
        {
            long offset = (next - buffer.Start + 63) / 64 * 64;
            Assert.Equal((name, offset), (name, address - buffer.Start));
            next = address + (nint)bytes;
        }

        Assert.Equal(buffer.Length, next - buffer.Start);
    }
}
