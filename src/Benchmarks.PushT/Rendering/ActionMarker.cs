using Chipmunk;

namespace Benchmarks.PushT.Rendering;

/// <summary>
/// The red cross at the last action, only in videos: <c>cv2.drawMarker</c>, 8/96 of the frame wide and 1/96 thick, its
/// arms rounded at the ends.
/// </summary>
internal sealed class ActionMarker
{
    private readonly int _height;
    private readonly int _width;

    /// <summary>How far the cross reaches to each side in the rows 0, 1, 2, ... above and below its middle.</summary>
    private readonly int[] _reach;

    /// <summary>Prepares the marker for frames of a size, of at least 96 pixels.</summary>
    public ActionMarker(int height, int width)
    {
        (_height, _width) = (height, width);
        int size = Math.Min(height, width);
        int arm = (int)(8.0 / 96 * size) / 2;
        int thickness = (int)(1.0 / 96 * size);
        // Lines of more than one pixel have an odd width, and end in half a disc.
        int half = thickness > 1 ? (thickness + 1) / 2 : 0;
        _reach = new int[arm + half + 1];
        for (int row = 0; row < _reach.Length; row++)
        {
            _reach[row] = row <= half ? arm + HalfChord(half, row)
                : row <= arm ? half
                : HalfChord(half, row - arm);
        }
    }

    /// <summary>Draws the cross; nothing before the first action.</summary>
    /// <param name="action">The last action, environment units.</param>
    /// <param name="frame">8-bit RGB, height x width x 3.</param>
    public void Draw(Vect action, Span<byte> frame)
    {
        if (double.IsNaN(action.X) || double.IsNaN(action.Y))
            return;
        // As in gym-pusht, x goes with the height and y with the width.
        int x = (int)(action.X / Pixel.Canvas * _height);
        int y = (int)(action.Y / Pixel.Canvas * _width);
        for (int row = 1 - _reach.Length; row < _reach.Length; row++)
        {
            int reach = _reach[Math.Abs(row)];
            long left = Math.Max((long)x - reach, 0);
            long right = Math.Min((long)x + reach, _width - 1);
            long at = (long)y + row;
            if (at >= 0 && at < _height && left <= right)
                Ink.Marker.Run((int)(right - left + 1)).CopyTo(frame[(int)((at * _width + left) * Pixel.Bytes)..]);
        }
    }

    /// <summary>Half the width of a disc in a row.</summary>
    private static int HalfChord(int radius, int row) => (int)Math.Sqrt(radius * radius - row * row);
}
