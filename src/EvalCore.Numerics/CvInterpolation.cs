namespace EvalCore.Numerics;

/// <summary>The interpolation method of <see cref="CvResize"/>, named as in OpenCV.</summary>
public enum CvInterpolation
{
    /// <summary>
    /// <c>INTER_LINEAR</c>, the default of <c>cv2.resize</c>: bilinear between the four nearest pixels, without
    /// antialiasing.
    /// </summary>
    Linear,

    /// <summary>
    /// <c>INTER_AREA</c>: when shrinking, the mean of the area that a pixel covers; when enlarging, a variant of
    /// bilinear.
    /// </summary>
    Area,
}
