namespace EvalCore.Onnx;

/// <summary>What a tensor of the model is given.</summary>
internal sealed record InputDescription
{
    /// <summary>The observation's keys; several are numbers, one after the other. Empty for random numbers.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Whether an image has its channels last, [height, width, 3], in place of [3, height, width].</summary>
    public bool ChannelsLast { get; init; }

    /// <summary>What the bytes 0 and 255 of an image become, where the tensor has floats.</summary>
    public (float Low, float High) Range { get; init; } = (0, 1);

    /// <summary>Whether random numbers are drawn, and how: <c>normal</c> (mean 0, deviation 1) or <c>uniform</c> (from 0 to 1).</summary>
    public string? Random { get; init; }

    /// <summary>The shape of the random tensor; null for the one in the model.</summary>
    public IReadOnlyList<long>? Shape { get; init; }

    /// <summary>
    /// How many tensors are drawn one after the other along the first dimension, as a loop in Python draws them; null for one
    /// draw. torch's numbers depend on how many are drawn at once.
    /// </summary>
    public int? Draws { get; init; }

    /// <summary>Reads the description of a tensor.</summary>
    public static InputDescription Read(JsonFields fields)
    {
        bool random = fields.Has("random");
        if (random == fields.Has("key"))
            throw fields.Invalid(random ? "random" : "key", random ? "possible together with key: a tensor has one or the other" : "the name of an observation (or give \"random\": \"normal\")");
        var description = random
            ? new InputDescription { Random = fields.OneOf("random", "normal", "uniform"), Shape = fields.Shape("shape"), Draws = fields.Whole("draws", 1) }
            : new InputDescription { Keys = fields.Texts("key")!, ChannelsLast = fields.OneOf("layout", "chw", "hwc") == "hwc", Range = ReadRange(fields) };
        fields.Finish();
        return description;
    }

    private static (float Low, float High) ReadRange(JsonFields fields) => fields.Numbers("range") switch
    {
        null => (0, 1),
        [var low, var high] when low != high => ((float)low, (float)high),
        _ => throw fields.Invalid("range", "two numbers: what black and white become, for example [0, 1]"),
    };
}
