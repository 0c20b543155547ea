using EvalCore.Diagnostics;

namespace EvalCore.Tests.Diagnostics;

/// <summary>Variables that other programs read.</summary>
public sealed class UnreadVariablesTests
{
    [Fact]
    public void Variables_without_effect_are_listed_in_order() => Assert.Equal(
        ["HF_LEROBOT_HOME", "HF_XET_CACHE", "LEROBOT_TEST_DEVICE", "TORCH_HOME"],
        UnreadVariables.Find(["PATH", "LEROBOT_TEST_DEVICE", "HF_TOKEN", "CUDA_VISIBLE_DEVICES", "EVALCORE_CACHE", "HF_LEROBOT_HOME", "HF_HOME", "TORCH_HOME", "HF_XET_CACHE"]));
}
