using System.Collections.Concurrent;
using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>An image, 8-bit RGB, [height, width, 3] or [3, height, width].</summary>
internal sealed class ImageField : RequestField
{
    private readonly string _field;
    private readonly int _height;
    private readonly int _width;
    private readonly int? _size;
    private readonly bool _channelsFirst;
    private readonly Func<Resizer>? _newResizer;
    private readonly ConcurrentBag<Resizer> _resizers = [];

    /// <param name="key">The request's key.</param>
    /// <param name="field">The observation's image.</param>
    /// <param name="size">Rows and columns that it is resized to with openpi's <c>resize_with_pad</c>; null for the size it has.</param>
    /// <param name="channelsFirst">Whether the three colours come first.</param>
    public ImageField(string key, ObservationField field, int? size, bool channelsFirst) : base(key)
    {
        _field = field.Key;
        (_height, _width) = (size ?? field.Shape[0], size ?? field.Shape[1]);
        (_size, _channelsFirst) = (size, channelsFirst);
        if (size is not null && (field.Shape[0] != size || field.Shape[1] != size))
            _newResizer = () => new Resizer(new ResizeWithPad(field.Shape[0], field.Shape[1], _height, _width), new byte[_height * _width * 3]);
    }

    public override IEnumerable<string> Reads => [_field];

    public override string Content => $"{_field}{(_size is null ? "" : $" {_size}")}{(_channelsFirst ? " chw" : "")}";

    public override void Write(MessagePackWriter writer, Observation observation, EnvTask task)
    {
        ReadOnlySpan<byte> image = observation.Image(_field);
        if (_newResizer is null)
        {
            Write(writer, image);
            return;
        }

        // Several sessions observe at the same time.
        if (!_resizers.TryTake(out var resizer))
            resizer = _newResizer();
        resizer.Resize.Apply(image, resizer.Image);
        Write(writer, resizer.Image);
        _resizers.Add(resizer);
    }

    private void Write(MessagePackWriter writer, ReadOnlySpan<byte> image)
    {
        if (!_channelsFirst)
        {
            image.CopyTo(writer.Array(DType.UInt8, [_height, _width, 3]));
            return;
        }

        var planes = writer.Array(DType.UInt8, [3, _height, _width]);
        int pixels = _height * _width;
        for (int i = 0; i < pixels; i++)
            (planes[i], planes[pixels + i], planes[2 * pixels + i]) = (image[3 * i], image[3 * i + 1], image[3 * i + 2]);
    }

    private sealed record Resizer(ResizeWithPad Resize, byte[] Image);
}
