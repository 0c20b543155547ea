using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>
/// A short simulation whose states are known bit for bit: it says whether a MuJoCo library rounds as the one that the
/// reference data was recorded with. A library that was linked again, with another compiler or C library, may not.
/// </summary>
internal static class SelfTest
{
    /// <summary>The SHA-256 of the states with the library <see cref="MujocoLibrary.ReferenceSha256"/>.</summary>
    public const string Expected = "0cea5f8d11c2b287bdc7cf82311a71667cd2601af0bebe5b600ad27b97ead2f6";

    private const int Steps = 400;

    /// <summary>Loads the model.</summary>
    public static MjModel LoadModel()
    {
        using var reader = new StreamReader(typeof(SelfTest).Assembly.GetManifestResourceStream("selftest.xml")!);
        return MjModel.FromXml(reader.ReadToEnd());
    }

    /// <summary>Plays the simulation; takes milliseconds.</summary>
    /// <returns>The SHA-256 of all <c>qpos</c> and <c>qvel</c>, step by step, little-endian.</returns>
    /// <exception cref="MujocoException">MuJoCo reports an error.</exception>
    public static string Run()
    {
        using var model = LoadModel();
        using var data = new MjData(model);
        using var states = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        uint random = 1;
        for (int step = 0; step < Steps; step++)
        {
            if (step % 20 == 0)
            {
                // Multiples of powers of two: the actions themselves are exact.
                foreach (ref double control in data.ctrl)
                    control = Next();
                for (int i = 0; i < 3; i++)
                    data.mocap_pos[i] = 0.125 * Next() + (i == 2 ? 0.1875 : 0);
            }

            data.Step();
            states.AppendData(MemoryMarshal.AsBytes(data.qpos));
            states.AppendData(MemoryMarshal.AsBytes(data.qvel));
        }

        return Convert.ToHexStringLower(states.GetHashAndReset());

        // In [-1, 1), by a linear congruential generator.
        double Next() => ((random = random * 1664525 + 1013904223) >> 20) / 2048.0 - 1;
    }
}
