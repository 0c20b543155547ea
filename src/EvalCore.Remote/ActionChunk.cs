using System.Globalization;
using System.Text;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote;

/// <summary>The actions of an answer that are played, [count, dimension].</summary>
internal sealed class ActionChunk
{
    private readonly double[] _values;
    private readonly int _dimension;

    private ActionChunk(double[] values, int dimension, int count) => (_values, _dimension, Count) = (values, dimension, count);

    /// <summary>The number of actions.</summary>
    public int Count { get; }

    /// <summary>Reads the actions of an answer.</summary>
    /// <exception cref="EvalCoreException">There are none, or of another shape, or one is not finite.</exception>
    public static ActionChunk Of(MessagePackMap answer, RemotePolicy policy)
    {
        object? actions = answer["actions"] ?? answer["action"];
        if (actions is null)
        {
            string keys = answer.Count == 0 ? "is empty"
                : answer.Contains("actions") || answer.Contains("action") ? "is null"
                : $"has only {string.Join(", ", answer.Entries.Take(8).Select(entry => entry.Key.Text))}";
            throw new EvalCoreException($"{policy.Address}: the policy server's answer has no 'actions' (it {OneLine.Of(keys)})");
        }

        NdArray array;
        double[] values;
        try
        {
            array = ArrayOf(actions);
            values = array.ToDoubles();
        }
        catch (WireException e)
        {
            throw new EvalCoreException($"{policy.Address}: the policy server's 'actions' cannot be read: {OneLine.Of(e.Message)}", e);
        }

        int dimension = array.Shape.Count is 1 or 2 ? array.Shape[^1] : -1;
        int count = array.Shape.Count == 2 ? array.Shape[0] : 1;
        if (dimension < 1 || count < 1 || (policy.Dimension is { } expected && dimension != expected))
        {
            string wanted = policy.Dimension?.ToString(CultureInfo.InvariantCulture) ?? "d";
            throw new EvalCoreException(
                $"{policy.Address}: the policy server's 'actions' have the shape {NdArray.Describe(array.Shape)}; expected ({wanted},) or (n, {wanted})");
        }

        if (policy.NActionSteps is { } steps)
        {
            // One action per observation is vla-eval's usual way: the server keeps the chunk.
            if (count < steps && array.Shape.Count == 2)
            {
                throw new EvalCoreException(
                    $"{policy.Address}: the policy server's chunk has {count} actions, and {steps} are to be played before the next request: give --policy.n_action_steps={count}");
            }

            count = Math.Min(count, steps);
        }

        for (int i = 0; i < count * dimension; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new EvalCoreException(string.Create(
                    CultureInfo.InvariantCulture, $"{policy.Address}: the policy server's action {i / dimension} has the number {values[i]} at place {i % dimension}: look at its normalisation statistics"));
            }
        }

        if (policy.BinarizesGripper)
        {
            for (int i = dimension - 1; i < count * dimension; i += dimension)
                values[i] = values[i] < 0 ? -1 : 1;
        }

        return new ActionChunk(values, dimension, count);
    }

    /// <summary>Copies an action.</summary>
    public void CopyTo(int index, Span<double> action)
    {
        if (action.Length != _dimension)
            throw new EvalCoreException($"the policy server's action has {_dimension} numbers, and the environment's {action.Length}");
        _values.AsSpan(index * _dimension, _dimension).CopyTo(action);
    }

    /// <summary>An array in whatever form: the protocol's, the other protocol's, that of the package msgpack-numpy, or plain lists.</summary>
    private static NdArray ArrayOf(object actions)
    {
        switch (actions)
        {
            case NdArray array:
                return array;
            case object?[] list:
                return OfList(list);
            case MessagePackMap map:
                foreach (bool binary in (bool[])[true, false])
                {
                    if (map.Has("__ndarray__", binary))
                        return OfMap(map, binary, "dtype");
                    if (map.Has("nd", binary) && map.Find("nd", binary) is true)
                        return OfMap(map, binary, "type");
                }

                throw new WireException("a map in place of an array");
            default:
                throw new WireException("something else in place of an array");
        }
    }

    private static NdArray OfMap(MessagePackMap map, bool binary, string typeKey)
    {
        string type = map.Find(typeKey, binary) switch
        {
            string text => text,
            byte[] bytes => Encoding.Latin1.GetString(bytes),
            _ => throw new WireException("an array without its type"),
        };
        if (map.Find("data", binary) is not byte[] data || map.Find("shape", binary) is not object?[] shape)
            throw new WireException("an array without its data or its shape");
        return new NdArray(DType.Parse(type), [.. shape.Select(n => n is long and >= 0 and <= int.MaxValue ? (int)(long)n : -1)], data);
    }

    private static NdArray OfList(object?[] list)
    {
        var rows = list.Length > 0 && list[0] is object?[] ? list : [list];
        int width = (rows[0] as object?[])?.Length ?? 0;
        byte[] data = new byte[8L * rows.Length * width];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] is not object?[] row || row.Length != width)
                throw new WireException("lists of different lengths");
            for (int j = 0; j < width; j++)
                BitConverter.TryWriteBytes(data.AsSpan(8 * (i * width + j)), Number(row[j]));
        }

        return new NdArray(DType.Float64, ReferenceEquals(rows, list) ? [rows.Length, width] : [width], data);
    }

    private static double Number(object? value) => value switch
    {
        double number => number,
        long number => number,
        ulong number => number,
        NumpyScalar scalar => Number(scalar.Value),
        NdArray { Length: 1 } array => array.ToDoubles()[0],
        _ => throw new WireException("a list with something else than numbers"),
    };
}
