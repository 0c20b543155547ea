using EvalCore.Environments;

namespace EvalCore.Onnx;

/// <summary>
/// A tensor that the model is given: what it is made of, and its shape. An episode has a buffer for each, row-major, the oldest
/// observation first.
/// </summary>
internal sealed class ModelInput
{
    private const int MostElements = 1 << 28;

    private readonly IReadOnlyList<ObservationField> _fields;
    private readonly IReadOnlyList<Normalization?> _normalization;
    private readonly InputDescription _description;

    private ModelInput(TensorInfo tensor, long[] shape, int steps, InputDescription description, IReadOnlyList<ObservationField> fields, IReadOnlyList<Normalization?> normalization)
    {
        (Name, Type, Shape, Steps) = (tensor.Name, tensor.Type, shape, steps);
        (_description, _fields, _normalization) = (description, fields, normalization);
        double length = shape.Aggregate(1.0, (product, n) => product * n);
        Length = length <= MostElements ? (int)length : throw new EvalCoreException($"the model's input {tensor} would have {length:0} numbers");
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The type of its elements: float or uint8.</summary>
    public ElementType Type { get; }

    /// <summary>Its dimensions.</summary>
    public long[] Shape { get; }

    /// <summary>How many observations it has.</summary>
    public int Steps { get; }

    /// <summary>How many elements it has.</summary>
    public int Length { get; }

    /// <summary>Whether its numbers are drawn.</summary>
    public bool IsRandom => _description.Random is not null;

    /// <summary>The environment's fields that it reads.</summary>
    public IReadOnlyList<ObservationField> Fields => _fields;

    /// <summary>An input that is drawn.</summary>
    /// <param name="file">The description's file, for messages.</param>
    /// <param name="tensor">The tensor as the model declares it.</param>
    /// <param name="description">How it is drawn.</param>
    public static ModelInput Drawn(string file, TensorInfo tensor, InputDescription description)
    {
        if (tensor.Type != ElementType.Float)
            throw new EvalCoreException($"{file}: inputs.{tensor.Name}: random numbers are float, but the model's input is {tensor}");
        long[]? shape = description.Shape is { } given ? [.. given] : tensor.Shape is { } own && own.All(n => n is not null) ? [.. own.Select(n => n!.Value)] : null;
        if (shape is null)
            throw new EvalCoreException($"{file}: inputs.{tensor.Name}: give its \"shape\": the model's input is {tensor}");
        if (!tensor.Takes(shape))
            throw new EvalCoreException($"{file}: inputs.{tensor.Name}: shape [{string.Join(", ", shape)}] does not fit the model's input {tensor}");
        if (description.Draws is { } draws && draws != shape[0])
            throw new EvalCoreException($"{file}: inputs.{tensor.Name}: draws is {draws}, but the first dimension of [{string.Join(", ", shape)}] is {shape[0]}");
        return new ModelInput(tensor, shape, 1, description, [], []);
    }

    /// <summary>An input that is observed.</summary>
    /// <param name="description">The description of the model.</param>
    /// <param name="tensor">The tensor as the model declares it.</param>
    /// <param name="fields">The environment's fields, in the order of the description's keys.</param>
    /// <param name="steps">How many observations it has.</param>
    /// <param name="source">The source of the observations, for messages.</param>
    public static ModelInput Observed(ModelDescription description, TensorInfo tensor, IReadOnlyList<ObservationField> fields, int steps, string source)
    {
        var input = description.Inputs[tensor.Name];
        string label = $"{description.File}: inputs.{tensor.Name}";
        bool image = fields[0].Kind == ObservationKind.Image;
        if (fields.Count > 1 && fields.Any(field => field.Kind == ObservationKind.Image))
            throw new EvalCoreException($"{label}: several keys are put together only where they are vectors; '{fields.First(field => field.Kind == ObservationKind.Image).Key}' is an image");
        if (tensor.Type != ElementType.Float && !(image && tensor.Type == ElementType.UInt8))
            throw new EvalCoreException($"{label}: an observation is given as float{(image ? " or uint8" : "")}, but the model's input is {tensor}; export the model with a float input");

        long[] core = image
            ? input.ChannelsLast ? [fields[0].Shape[0], fields[0].Shape[1], 3] : [3, fields[0].Shape[0], fields[0].Shape[1]]
            : [fields.Sum(field => field.Length)];
        var normalization = fields.Select((field, i) => description.Normalization.GetValueOrDefault(input.Keys[i])).ToList();
        for (int i = 0; i < fields.Count; i++)
        {
            if (normalization[i]?.Components is not { } components)
                continue;
            if (tensor.Type == ElementType.UInt8)
                throw new EvalCoreException($"{description.File}: normalization.{input.Keys[i]}: the model's input {tensor} is bytes, which are not normalised");
            if (components != (image ? 3 : fields[i].Length))
                throw new EvalCoreException($"{description.File}: normalization.{input.Keys[i]}: has {components} numbers, but '{fields[i].Key}' of {source} has {(image ? "3 channels" : $"{fields[i].Length}")}");
        }

        // One episode is a batch of one. Several observations have a dimension of their own, or follow each other in one.
        long[][] shapes = steps == 1
            ? [[1, .. core], core, [1, 1, .. core]]
            : [[1, steps, .. core], [steps, .. core], .. image ? (long[][])[] : [[1, steps * core[0]], [steps * core[0]]]];
        long[] shape = shapes.FirstOrDefault(tensor.Takes) ?? throw new EvalCoreException(
            $"{label}: the model's input {tensor} does not fit {string.Join(" + ", fields.Select(field => $"'{field.Key}' [{string.Join(", ", field.Shape)}]"))} of {source}, which makes [{string.Join(", ", shapes[0])}]"
            + (image && shapes.Length > 0 && SwappedFits(tensor, core, steps) ? $"; with \"layout\": \"{(input.ChannelsLast ? "chw" : "hwc")}\" it fits" : ""));
        return new ModelInput(tensor, shape, steps, input, fields, normalization);
    }

    /// <summary>Writes the newest observation as floats.</summary>
    public void Write(Observation observation, Span<float> numbers)
    {
        if (_fields[0].Kind == ObservationKind.Image)
        {
            WriteImage(observation.Image(_fields[0].Key), numbers);
            return;
        }

        for (int i = 0; i < _fields.Count; i++)
        {
            var vector = observation.Vector(_fields[i].Key);
            var part = numbers[..vector.Length];
            for (int k = 0; k < part.Length; k++)
                part[k] = (float)vector[k];
            _normalization[i]?.Apply(part);
            numbers = numbers[part.Length..];
        }
    }

    /// <summary>Writes the newest observation, an image, as bytes.</summary>
    public void Write(Observation observation, Span<byte> bytes)
    {
        var image = observation.Image(_fields[0].Key);
        if (_description.ChannelsLast)
        {
            image.CopyTo(bytes);
            return;
        }

        int pixels = image.Length / 3;
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < pixels; i++)
                bytes[c * pixels + i] = image[3 * i + c];
        }
    }

    /// <summary>Draws the numbers.</summary>
    /// <param name="noise">The episode's random numbers.</param>
    /// <param name="numbers">Receives them.</param>
    public void Draw(Noise noise, Span<float> numbers)
    {
        int draws = _description.Draws ?? 1;
        long[] shape = draws == 1 ? Shape : Shape[1..];
        int length = numbers.Length / draws;
        for (int i = 0; i < draws; i++)
            noise.Draw(_description.Random == "normal", shape, numbers.Slice(i * length, length));
    }

    private static bool SwappedFits(TensorInfo tensor, long[] core, int steps)
    {
        long[] swapped = core[0] == 3 ? [core[1], core[2], 3] : [3, core[0], core[1]];
        return tensor.Takes([1, .. swapped]) || tensor.Takes(swapped) || tensor.Takes([1, steps, .. swapped]) || tensor.Takes([steps, .. swapped]);
    }

    private void WriteImage(ReadOnlySpan<byte> image, Span<float> numbers)
    {
        int pixels = image.Length / 3;
        var (low, high) = _description.Range;
        for (int i = 0; i < image.Length; i++)
        {
            // LeRobot divides by 255; the products of another range round differently.
            float value = low == 0 && high == 1 ? image[i] / 255f : low + image[i] / 255f * (high - low);
            numbers[_description.ChannelsLast ? i : i % 3 * pixels + i / 3] = value;
        }

        _normalization[0]?.Apply(numbers, _description.ChannelsLast ? 1 : pixels);
    }
}
