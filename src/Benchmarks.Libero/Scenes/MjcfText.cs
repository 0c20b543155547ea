using System.Globalization;
using System.Xml.Linq;
using Benchmarks.MuJoCo;
using EvalCore;

namespace Benchmarks.Libero.Scenes;

/// <summary>Numbers in attributes of MJCF. What is written reads back as the same numbers.</summary>
internal static class MjcfText
{
    /// <summary>Numbers separated by blanks.</summary>
    public static string Of(params ReadOnlySpan<double> numbers)
    {
        var texts = new string[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            texts[i] = numbers[i].ToString("R", CultureInfo.InvariantCulture);
        return string.Join(' ', texts);
    }

    /// <summary>Three numbers.</summary>
    public static string Of(Vec3 v) => Of(v.X, v.Y, v.Z);

    /// <summary>Four numbers: w, x, y, z.</summary>
    public static string Of(Quat q) => Of(q.W, q.X, q.Y, q.Z);

    /// <summary>Reads numbers separated by blanks.</summary>
    /// <param name="element">The element.</param>
    /// <param name="attribute">Its attribute; where it is missing there are no numbers.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="EvalCoreException">Something in it is not a number.</exception>
    public static double[] Numbers(XElement element, string attribute, string file)
    {
        string text = element.Attribute(attribute)?.Value ?? "";
        return
        [
            .. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word =>
                double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                    ? number
                    : throw new EvalCoreException($"{file}: <{element.Name} {attribute}=\"{text}\">: '{word}' is not a number")),
        ];
    }

    /// <summary>Reads three numbers.</summary>
    /// <inheritdoc cref="Numbers"/>
    public static Vec3 Vector(XElement element, string attribute, string file) =>
        Numbers(element, attribute, file) is [var x, var y, var z]
            ? new(x, y, z)
            : throw new EvalCoreException($"{file}: <{element.Name}>: '{attribute}' needs three numbers");
}
