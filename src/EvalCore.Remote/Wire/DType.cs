using System.Globalization;

namespace EvalCore.Remote.Wire;

/// <summary>
/// The type of an array's elements, written as numpy's type strings: <c>&lt;f4</c> is a float of 4 bytes, least significant
/// first. Booleans, integers, floats, strings (<c>&lt;U2</c>, UTF-32; <c>|S2</c>, bytes) and times; no complex numbers, no
/// objects and no structures, as in openpi.
/// </summary>
/// <param name="Text">numpy's type string.</param>
/// <param name="Kind">numpy's letter: <c>b</c>, <c>i</c>, <c>u</c>, <c>f</c>, <c>U</c>, <c>S</c>, <c>M</c> or <c>m</c>.</param>
/// <param name="ItemSize">The size of an element in bytes.</param>
/// <param name="IsBigEndian">Whether the most significant byte comes first.</param>
internal sealed record DType(string Text, char Kind, int ItemSize, bool IsBigEndian)
{
    public static readonly DType Float64 = new("<f8", 'f', 8, false);
    public static readonly DType Float32 = new("<f4", 'f', 4, false);
    public static readonly DType UInt8 = new("|u1", 'u', 1, false);

    /// <summary>The longest string in characters, or bytes, that an element may have.</summary>
    private const int LongestString = 1 << 20;

    private static readonly Dictionary<string, string> Names = new()
    {
        ["bool"] = "|b1", ["int8"] = "|i1", ["int16"] = "<i2", ["int32"] = "<i4", ["int64"] = "<i8", ["uint8"] = "|u1", ["uint16"] = "<u2",
        ["uint32"] = "<u4", ["uint64"] = "<u8", ["float16"] = "<f2", ["float32"] = "<f4", ["float64"] = "<f8",
    };

    /// <summary>Whether the elements are numbers or booleans.</summary>
    public bool IsNumber => Kind is 'b' or 'i' or 'u' or 'f';

    /// <summary>Reads a type string, or a name as <c>float32</c>.</summary>
    /// <exception cref="WireException">There is no such type, or it is one that does not travel.</exception>
    public static DType Parse(string text)
    {
        string type = Names.GetValueOrDefault(text, text);
        var rest = type.AsSpan();
        char order = '=';
        if (rest.Length > 0 && rest[0] is '<' or '>' or '|' or '=')
        {
            order = rest[0];
            rest = rest[1..];
        }

        if (rest.Length < 2)
            throw Unknown(text);
        char kind = rest[0];
        var number = rest[1..];
        string unit = "";
        if (kind is 'M' or 'm' && number.IndexOf('[') is > 0 and var bracket && number[^1] == ']')
        {
            unit = number[bracket..].ToString();
            number = number[..bracket];
        }

        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > LongestString)
            throw Unknown(text);
        int size = kind == 'U' ? 4 * count : count;
        bool exists = kind switch
        {
            'b' => count == 1,
            'i' or 'u' => count is 1 or 2 or 4 or 8,
            'f' => count is 2 or 4 or 8,
            'M' or 'm' => count == 8,
            'U' or 'S' => count > 0,
            _ => false,
        };
        if (!exists)
            throw Unknown(text);
        bool hasOrder = kind != 'S' && (kind == 'U' || size > 1);
        char written = !hasOrder ? '|' : order == '>' ? '>' : '<';
        return new DType(string.Create(CultureInfo.InvariantCulture, $"{written}{kind}{count}{unit}"), kind, size, written == '>');
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static WireException Unknown(string text) => new($"an array of type '{Shown(text)}', which cannot be read");

    private static string Shown(string text) => new([.. text.Take(24).Select(letter => char.IsControl(letter) ? '?' : letter)]);
}
