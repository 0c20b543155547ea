namespace EvalCore.Numerics;

/// <summary>How <see cref="CvResize"/> computes a pixel; the names are OpenCV's.</summary>
public enum CvInterpolation
{
    /// <summary><c>INTER_LINEAR</c>, the default of <c>cv2.resize</c>: between the four nearest pixels, without a prefilter.</summary>
    Linear,

    /// <summary><c>INTER_AREA</c>: the mean of the area that a pixel covers when shrinking; when enlarging, a variant of bilinear.</summary>
    Area,
}
