using System.Buffers.Binary;
using System.Text;

namespace Benchmarks.Libero.Resets;

/// <summary>
/// Reads a pickle (protocol 2) of one two-dimensional numpy array of float64. It knows the sixteen instructions and the four
/// names that numpy 1 needs for one; nothing is called or loaded, and what the pickle describes must be exactly such an array.
/// </summary>
internal ref struct ArrayPickle
{
    private const int MaxStack = 100;
    private const int MaxText = 40;
    private readonly ReadOnlySpan<byte> _pickle;
    private readonly List<object> _stack = [];
    private readonly object?[] _memo = new object?[256];
    private int _at;
    private int _instruction;

    private ArrayPickle(ReadOnlySpan<byte> pickle) => _pickle = pickle;

    private enum Name
    {
        Reconstruct,
        NdArray,
        DType,
        Encode,
    }

    private enum Constant
    {
        Mark,
        None,
        True,
        False,
    }

    /// <summary>Reads the array.</summary>
    /// <returns>The length of a row, and the rows, one after the other.</returns>
    /// <exception cref="PickleException">The pickle is damaged or contains something else.</exception>
    public static (int Columns, double[] Values) Read(ReadOnlySpan<byte> pickle) => new ArrayPickle(pickle).Run();

    private (int Columns, double[] Values) Run()
    {
        while (true)
        {
            _instruction = _at;
            byte code = Take(1)[0];
            if (_instruction == 0 != (code == 0x80))
                throw Error(_instruction == 0 ? "it does not begin with a protocol" : "a second protocol");
            switch (code)
            {
                case 0x80: // PROTO
                    if (Take(1)[0] != 2)
                        throw Error("the protocol is not 2");
                    break;
                case (byte)'c': // GLOBAL
                    Push(Global());
                    break;
                case (byte)'K': // BININT1
                    Push((int)Take(1)[0]);
                    break;
                case (byte)'J': // BININT
                    Push(BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                    break;
                case (byte)'X': // BINUNICODE
                    Push(Text());
                    break;
                case (byte)'N': // NONE
                    Push(Constant.None);
                    break;
                case 0x88: // NEWTRUE
                    Push(Constant.True);
                    break;
                case 0x89: // NEWFALSE
                    Push(Constant.False);
                    break;
                case (byte)'(': // MARK
                    Push(Constant.Mark);
                    break;
                case (byte)'t': // TUPLE
                    PushTuple(_stack.Count - 1 - _stack.LastIndexOf(Constant.Mark));
                    break;
                case 0x85: // TUPLE1
                    PushTuple(1);
                    break;
                case 0x86: // TUPLE2
                    PushTuple(2);
                    break;
                case 0x87: // TUPLE3
                    PushTuple(3);
                    break;
                case (byte)'q': // BINPUT
                    _memo[Take(1)[0]] = Top();
                    break;
                case (byte)'h': // BINGET
                    byte index = Take(1)[0];
                    Push(_memo[index] ?? throw Error($"nothing was stored under {index}"));
                    break;
                case (byte)'R': // REDUCE
                    var arguments = Pop();
                    Push(Call(Pop(), arguments));
                    break;
                case (byte)'b': // BUILD
                    var state = Pop();
                    Build(Top(), state);
                    break;
                case (byte)'.': // STOP
                    return Result();
                default:
                    throw Error($"the instruction 0x{code:x2}, which no array needs");
            }
        }
    }

    private (int Columns, double[] Values) Result()
    {
        if (_at != _pickle.Length)
            throw Error($"{_pickle.Length - _at} bytes after the end");
        return _stack is [PickledArray { Values: { } values } array] ? (array.Columns, values) : throw Error("the result is not an array");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _pickle.Length - _at)
            throw Error("the end is missing");
        var taken = _pickle.Slice(_at, count);
        _at += count;
        return taken;
    }

    private Name Global()
    {
        string name = $"{Line()} {Line()}";
        return name switch
        {
            "numpy.core.multiarray _reconstruct" => Name.Reconstruct,
            "numpy ndarray" => Name.NdArray,
            "numpy dtype" => Name.DType,
            "_codecs encode" => Name.Encode,
            _ => throw Error($"the name '{name}', which no array needs"),
        };
    }

    private string Line()
    {
        int length = _pickle[_at..].IndexOf((byte)'\n');
        if (length < 0)
            throw Error("the end of a name is missing");
        var line = Take(length + 1)[..length];
        string text = Encoding.ASCII.GetString(line[..Math.Min(length, MaxText)]);
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) + (length > MaxText ? "..." : "");
    }

    private PickledText Text()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(Take(4));
        int start = _at;
        Take(length);
        return new PickledText(start, length);
    }

    private readonly object Top() =>
        _stack is [.., var top] && !top.Equals(Constant.Mark) ? top : throw Error("a value is missing");

    private readonly object Pop()
    {
        var top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private readonly void Push(object value)
    {
        if (_stack.Count == MaxStack)
            throw Error("too many values");
        _stack.Add(value);
    }

    private readonly void PushTuple(int length)
    {
        bool marked = _pickle[_instruction] == (byte)'t';
        int start = _stack.Count - length;
        if (start < (marked ? 1 : 0) || (marked && !_stack[start - 1].Equals(Constant.Mark)))
            throw Error("a value is missing");
        var items = _stack[start..].ToArray();
        if (items.Contains(Constant.Mark))
            throw Error("a value is missing");
        _stack.RemoveRange(marked ? start - 1 : start, length + (marked ? 1 : 0));
        Push(items);
    }

    /// <summary>The three calls that numpy's pickles contain.</summary>
    private readonly object Call(object callee, object arguments) => (callee, arguments) switch
    {
        (Name.Encode, object[] and [PickledText text, PickledText codec]) when Is(codec, "latin1") => new PickledBytes(text),
        (Name.Reconstruct, object[] and [Name.NdArray, object[] and [0], PickledBytes { Text: var type }]) when Is(type, "b") => new PickledArray(),
        (Name.DType, object[] and [PickledText type, Constant.False, Constant.True]) when Is(type, "f8") => new PickledType(),
        (Name, _) => throw Error("a call that no array of float64 needs"),
        _ => throw Error("a call of something that is not a function"),
    };

    /// <summary>The two states that numpy's pickles contain.</summary>
    private readonly void Build(object target, object state)
    {
        switch (target, state)
        {
            case (PickledType type, object[] and [3, PickledText order, Constant.None, Constant.None, Constant.None, -1, -1, 0]) when Is(order, "<"):
                type.IsComplete = true;
                break;
            case (PickledArray { Values: null } array, object[] and [1, object[] and [int rows, int columns], PickledType { IsComplete: true }, Constant.False, PickledBytes bytes]):
                if (rows < 1 || columns < 1)
                    throw Error($"an array of {rows} x {columns}");
                array.Columns = columns;
                array.Values = Numbers(bytes.Text, (long)rows * columns);
                break;
            default:
                throw Error("it is not a two-dimensional array of little-endian float64 in row-major order");
        }
    }

    private readonly bool Is(PickledText text, string expected) =>
        text.Length == expected.Length && Encoding.ASCII.GetString(_pickle.Slice(text.Start, text.Length)) == expected;

    /// <summary>The numbers of a text whose code points are their bytes.</summary>
    private readonly double[] Numbers(PickledText text, long count)
    {
        var source = _pickle.Slice(text.Start, text.Length);
        int length = 0;
        foreach (byte unit in source)
            length += IsContinuation(unit) ? 0 : 1;
        if (length % sizeof(double) != 0 || length / sizeof(double) != count)
            throw Error($"an array of {count} numbers in {length} bytes");
        byte[] bytes = new byte[length];
        for (int i = 0, to = 0; i < source.Length; i++, to++)
        {
            int code = source[i];
            if (code is 0xC2 or 0xC3 && i + 1 < source.Length && IsContinuation(source[i + 1]))
                code = ((code & 3) << 6) | (source[++i] & 0x3F);
            else if (code >= 0x80)
                throw new PickleException(text.Start + i, "a character above 255, or a damaged one");
            bytes[to] = (byte)code;
        }

        double[] numbers = new double[count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        return numbers;

        static bool IsContinuation(byte unit) => (unit & 0xC0) == 0x80;
    }

    private readonly PickleException Error(string message) => new(_instruction, message);

    /// <summary>A text in the pickle: where its UTF-8 is.</summary>
    private sealed record PickledText(int Start, int Length);

    /// <summary>Bytes, given as the code points of a text.</summary>
    private sealed record PickledBytes(PickledText Text);

    /// <summary>numpy's type.</summary>
    private sealed class PickledType
    {
        public bool IsComplete { get; set; }
    }

    /// <summary>numpy's array.</summary>
    private sealed class PickledArray
    {
        public int Columns { get; set; }

        public double[]? Values { get; set; }
    }
}
