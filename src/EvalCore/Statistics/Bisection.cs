namespace EvalCore.Statistics;

/// <summary>Where a condition changes.</summary>
internal static class Bisection
{
    /// <summary>The last number at which a condition holds, on the way from one where it does to one where it may not.</summary>
    /// <param name="inside">A number at which the condition holds.</param>
    /// <param name="end">The end of the way, below or above; the result where the condition holds there too.</param>
    /// <param name="holds">The condition.</param>
    public static double LastWhere(double inside, double end, Func<double, bool> holds)
    {
        if (holds(end))
            return end;
        double outside = end;
        while (true)
        {
            double middle = inside + (outside - inside) / 2;
            if (middle == inside || middle == outside)
                return inside;
            if (holds(middle))
                inside = middle;
            else
                outside = middle;
        }
    }
}
