using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>The names of processors, on which the bits of a policy depend.</summary>
public sealed class HardwareTests
{
    [Theory]
    [InlineData("processor : 0\ncpu family : 25\nmodel : 17\nmodel name : AMD EPYC\nflags : fpu avx2 avx512vl\n\nprocessor : 1\nmodel name : other", null, "AMD EPYC cpu family 25 model 17 AVX-512")]
    [InlineData("model name : Intel(R) Core(TM) i7\nflags : fpu avx2", null, "Intel(R) Core(TM) i7 AVX2")]
    [InlineData("model name : Intel(R) Core(TM) i7\nflags : fpu avx2", "default", "Intel(R) Core(TM) i7 AVX2 (ATEN_CPU_CAPABILITY=default)")]
    [InlineData("processor : 0\nCPU implementer : 0x41\nCPU part : 0xd4f", null, "CPU implementer 0x41 CPU part 0xd4f")]
    [InlineData("", null, null)]
    public void A_processor_is_named_by_its_model_and_its_instructions(string cpuinfo, string? capability, string? expected) =>
        Assert.Equal(expected, Hardware.ProcessorOf(cpuinfo.Split('\n'), capability));
}
