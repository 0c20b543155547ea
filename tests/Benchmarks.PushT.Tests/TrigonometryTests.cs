using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

/// <summary>The platform's sine and cosine decide the last bits of every state.</summary>
public sealed class TrigonometryTests
{
    [Fact]
    public void Sine_cosine_and_wrapped_angle_have_the_reference_platforms_bits()
    {
        using var golden = Goldens.Open("pusht/trig_probe.safetensors");
        double[] angles = golden.Read<double>("angle");
        Equal.BitForBit(golden.Read<double>("sin"), Array.ConvertAll(angles, Math.Sin), "sin");
        Equal.BitForBit(golden.Read<double>("cos"), Array.ConvertAll(angles, Math.Cos), "cos");
        Equal.BitForBit(golden.Read<double>("mod_2pi"), Array.ConvertAll(angles, PushTEnvironment.Wrap), "mod_2pi");
    }
}
