using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EvalCore.Tests;

/// <summary>
/// A small mutation fuzzer: it damages valid inputs and passes them to the code under test, which must not throw. The
/// mutations depend only on the seed and their number, so a failure can be reproduced. It runs for two seconds, or for
/// <c>EVALCORE_FUZZ_SECONDS</c>.
/// </summary>
internal static class Fuzz
{
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "0", "-1", "1e9", "1.5", "255", "65536", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
            "18446744073709551616", "null", "true", "\"\"", "{}", "[]", "[[[[", "\\u0000", "\\ud800", "\n", ",", ":", "\"", "\\",
            "=", "--", "%s", "../", "é", "𝄞",
        }.Select(Encoding.UTF8.GetBytes),
        [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], new byte[16],
    ];

    /// <summary>Calls the target with damaged inputs until the time is over.</summary>
    /// <param name="corpus">Inputs to start from.</param>
    /// <param name="target">The code under test. It must catch the exceptions that are expected for bad input.</param>
    /// <param name="seed">The seed of the mutations.</param>
    public static void Run(IReadOnlyList<byte[]> corpus, Action<byte[]> target, int seed = 1)
    {
        string? seconds = Environment.GetEnvironmentVariable("EVALCORE_FUZZ_SECONDS");
        var limit = TimeSpan.FromSeconds(string.IsNullOrEmpty(seconds) ? 2 : double.Parse(seconds, CultureInfo.InvariantCulture));
        var random = new Random(seed);
        long start = Stopwatch.GetTimestamp();
        for (long number = 0; number == 0 || Stopwatch.GetElapsedTime(start) < limit; number++)
        {
            byte[] input = Mutate(corpus, random);
            try
            {
                target(input);
            }
            catch (Exception e)
            {
                string shown = Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 3000)));
                throw new InvalidOperationException($"Input {number} of seed {seed}, {input.Length} bytes, base64 {shown}: {e}", e);
            }
        }
    }

    /// <summary>The same for strings.</summary>
    /// <inheritdoc cref="Run(IReadOnlyList{byte[]}, Action{byte[]}, int)"/>
    public static void Run(IReadOnlyList<string> corpus, Action<string> target, int seed = 1) =>
        Run([.. corpus.Select(Encoding.UTF8.GetBytes)], (byte[] input) => target(Encoding.UTF8.GetString(input)), seed);

    private static byte[] Mutate(IReadOnlyList<byte[]> corpus, Random random)
    {
        byte[] input = corpus[random.Next(corpus.Count)];
        for (int left = 1 << random.Next(4); left > 0; left--)
        {
            // Most damage is done near the beginning, where headers are.
            int at = random.Next(1 + (random.Next(2) == 0 ? input.Length : Math.Min(input.Length, 300)));
            int length = Math.Min(random.Next(1 + (1 << random.Next(8))), input.Length - at);
            byte[] other = corpus[random.Next(corpus.Count)];
            int from = random.Next(other.Length + 1);
            input = random.Next(8) switch
            {
                0 when at < input.Length => [.. input[..at], (byte)(input[at] ^ (1 << random.Next(8))), .. input[(at + 1)..]],
                1 when at < input.Length => [.. input[..at], (byte)random.Next(256), .. input[(at + 1)..]],
                2 => [.. input[..at], .. input[(at + length)..]],
                3 => [.. input[..(at + length)], .. input[at..]],
                4 => [.. input[..at], .. Tokens[random.Next(Tokens.Length)], .. input[at..]],
                5 => Overwrite(input, at, Tokens[random.Next(Tokens.Length)]),
                6 => [.. input[..at], .. other[from..Math.Min(from + length, other.Length)], .. input[at..]],
                7 when random.Next(4) == 0 => input[..at],
                _ => ReplaceNumber(input, at, random),
            };
        }

        return input;
    }

    private static byte[] Overwrite(byte[] input, int at, byte[] token)
    {
        int end = Math.Min(at + token.Length, input.Length);
        return [.. input[..at], .. token, .. input[end..]];
    }

    /// <summary>Replaces the first decimal number after a position with a token.</summary>
    private static byte[] ReplaceNumber(byte[] input, int at, Random random)
    {
        int begin = at;
        while (begin < input.Length && !char.IsAsciiDigit((char)input[begin]))
            begin++;
        int end = begin;
        while (end < input.Length && char.IsAsciiDigit((char)input[end]))
            end++;
        return [.. input[..begin], .. Tokens[random.Next(Tokens.Length)], .. input[end..]];
    }
}
