using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EvalCore.Policies;

/// <summary>
/// The device on which a policy computes, named as in torch: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.
/// </summary>
/// <param name="IsCuda">True for a GPU, false for the CPU.</param>
/// <param name="Index">The number of the GPU; null for the first.</param>
public sealed record DeviceName(bool IsCuda, int? Index = null) : IParsable<DeviceName>
{
    private const int LargestIndex = 999;

    /// <summary>The CPU.</summary>
    public static DeviceName Cpu { get; } = new(false);

    /// <summary>The first GPU.</summary>
    public static DeviceName Cuda { get; } = new(true);

    /// <inheritdoc/>
    /// <exception cref="FormatException">The string is not the name of a device.</exception>
    public static DeviceName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not cuda, cuda:N or cpu");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out DeviceName result)
    {
        result = s switch
        {
            "cpu" => Cpu,
            "cuda" => Cuda,
            not null when s.StartsWith("cuda:", StringComparison.Ordinal)
                && int.TryParse(s.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index <= LargestIndex => new DeviceName(true, index),
            _ => null,
        };
        return result is not null;
    }

    /// <summary>The device's name in torch.</summary>
    public override string ToString() =>
        !IsCuda ? "cpu" : Index is { } index ? string.Create(CultureInfo.InvariantCulture, $"cuda:{index}") : "cuda";
}
