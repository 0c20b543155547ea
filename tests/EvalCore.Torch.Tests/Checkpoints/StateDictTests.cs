using EvalCore.Torch.Checkpoints;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>The types that weights are loaded in.</summary>
public sealed class StateDictTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Weights_are_float32_unless_a_part_is_loaded_in_another_type()
    {
        new SafetensorsWriter().Add<Half>("a.weight", [(Half)0.5f, (Half)2f], 2).Add<float>("a.bias", [1f], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        var part = state["a"];
        Assert.Equal(ScalarType.Float32, part.Load("weight", 2).dtype);
        Assert.Equal(ScalarType.Float16, state.As(null)["a"].Load("weight", 2).dtype);
        Assert.Equal(ScalarType.Float32, part.As(null).Load("bias", 1).dtype);
        var narrow = part.As(ScalarType.BFloat16).Load("weight", 2);
        Assert.Equal(ScalarType.BFloat16, narrow.dtype);
        using var wide = narrow.to(ScalarType.Float32);
        Assert.Equal([0.5f, 2f], wide.data<float>().ToArray());
    }

    [Fact]
    public void All_tensors_that_do_not_fit_are_one_message_with_the_first_five_names()
    {
        new SafetensorsWriter().Add<float>("a", [1f], 1).Add<int>("b", [1], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        Assert.Equal([2, 3], state.Load("a", 2, 3).shape);
        foreach (string name in (string[])["b", "c", "d", "e", "f", "g"])
            state.Load(name, 1);
        string message = Assert.Throws<EvalCoreException>(() => state.Close(_ => true)).Message;
        Assert.Equal($"{_file}: tensor 'a' is F32 [1], but the configuration asks for [2, 3]; nor do these fit: 'b', 'c', 'd', 'e' and 2 more", message);
    }

    [Fact]
    public void A_part_that_is_not_read_is_checked()
    {
        new SafetensorsWriter().Add<float>("a.b.weight", [1f, 2f], 2).Add<float>("a.b.bias", [1f], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        var part = state.Unread()["a"].As(ScalarType.BFloat16)["b"];
        Assert.Equal(0, part.Load("weight", 2).numel());
        Assert.Equal(2, state["a"]["b"].Load("weight", 2).numel());
        part.Load("bias", 3);
        Assert.Equal(
            $"{_file}: tensor 'a.b.bias' is F32 [1], but the configuration asks for [3]", Assert.Throws<EvalCoreException>(() => state.Close(_ => false)).Message);
    }

    [Fact]
    public void A_tensor_whose_size_decides_others_is_stated_at_once_with_those_before()
    {
        new SafetensorsWriter().Add<float>("a", [1f], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        state.Load("b", 2);
        string message = Assert.Throws<EvalCoreException>(() => state.Load("c", -1, 3)).Message;
        Assert.Equal($"{_file}: has no tensor 'b'; it has 'a'; nor do these fit: 'c'", message);
        Assert.EndsWith("nor do these fit: 'c', 'd'", Assert.Throws<EvalCoreException>(() => state.Shape("d")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_billion_layers_or_numbers_that_are_missing_end_at_once()
    {
        new SafetensorsWriter().Add<float>("a", [1f], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        Assert.Equal([1 << 30, 1 << 30], state.Load("a", 1 << 30, 1 << 30).shape);
        Assert.Empty(state.Load("b").shape);
        string message = Assert.Throws<EvalCoreException>(() =>
        {
            for (int i = 0; i < 1_000_000_000; i++)
                state[i].Load("weight", 1);
        }).Message;
        Assert.EndsWith("nor do these fit: 'b', '0.weight', '1.weight', '2.weight' and 995 more", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_belong_to_nothing_are_named()
    {
        var writer = new SafetensorsWriter();
        foreach (string name in (string[])["a", "b", "c", "d", "e", "f", "g"])
            writer.Add<float>(name, [1f], 1);
        writer.Save(_file);
        using var state = StateDict.Open(_file, CPU);
        state.Load("c", 1);
        string message = Assert.Throws<EvalCoreException>(() => state.Close(name => name == "g")).Message;
        Assert.Equal($"{_file}: tensors 'a', 'b', 'd', 'e', 'f' belong to no part of the network that the configuration describes", message);
    }
}
