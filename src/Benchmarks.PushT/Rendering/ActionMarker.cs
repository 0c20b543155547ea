using Chipmunk;

namespace Benchmarks.PushT.Rendering;

/// <summary>
/// The red cross at the last action, only in videos: <c>cv2.drawMarker</c> with a size of 8/96 and a thickness of 1/96
/// of the frame.
/// </summary>
internal static class ActionMarker
{
    /// <summary>
    /// Draws the cross on a frame of 384 x 384, where it is 32 pixels wide and 4 thick, with round ends.
    /// </summary>
    public static void Draw(Vect action, Span<byte> frame, int height, int width)
    {
        if (double.IsNaN(action.X) || double.IsNaN(action.Y))
            return;
        // As in the original, x goes with the height and y with the width.
        int x = (int)(action.X / Pixel.Canvas * height);
        int y = (int)(action.Y / Pixel.Canvas * width);
        const int Reach = 18;
        for (int dy = -Reach; dy <= Reach; dy++)
        {
            int half = HalfWidth(Math.Abs(dy));
            int row = y + dy;
            if ((uint)row >= (uint)height)
                continue;
            int left = Math.Max(x - half, 0);
            int right = Math.Min(x + half, width - 1);
            if (left <= right)
                Ink.Marker.Run(right - left + 1).CopyTo(frame[((row * width + left) * Pixel.Bytes)..]);
        }
    }

    private static int HalfWidth(int dy) => dy switch
    {
        0 => 18,
        1 => 17,
        2 => 16,
        <= 16 => 2,
        17 => 1,
        _ => 0,
    };
}
