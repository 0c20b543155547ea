using System.Diagnostics;

namespace Benchmarks.Libero.Control;

/// <summary>Products and inverses of small dense matrices, row-major. Nothing here allocates on the heap.</summary>
internal static class Dense
{
    /// <summary>result = a b.</summary>
    /// <param name="a">[rows, inner].</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="result">Receives [rows, columns]; neither a nor b.</param>
    /// <param name="inner">The length of the dot products.</param>
    public static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result, int inner)
    {
        int rows = a.Length / inner, columns = b.Length / inner;
        Debug.Assert(result.Length == rows * columns);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                    sum += a[inner * i + k] * b[columns * k + j];
                result[columns * i + j] = sum;
            }
        }
    }

    /// <summary>result = a b^T.</summary>
    /// <param name="a">[rows, inner].</param>
    /// <param name="b">[columns, inner].</param>
    /// <param name="result">Receives [rows, columns]; neither a nor b.</param>
    /// <param name="inner">The length of the dot products.</param>
    public static void MultiplyTransposed(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result, int inner)
    {
        int rows = a.Length / inner, columns = b.Length / inner;
        Debug.Assert(result.Length == rows * columns);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                    sum += a[inner * i + k] * b[inner * j + k];
                result[columns * i + j] = sum;
            }
        }
    }

    /// <summary>result = a^T x, for a vector x.</summary>
    /// <param name="a">[rows, columns].</param>
    /// <param name="x">[rows].</param>
    /// <param name="result">Receives [columns]; not x.</param>
    public static void TransposeMultiply(ReadOnlySpan<double> a, ReadOnlySpan<double> x, Span<double> result)
    {
        int rows = x.Length, columns = result.Length;
        Debug.Assert(a.Length == rows * columns);
        for (int j = 0; j < columns; j++)
        {
            double sum = 0;
            for (int i = 0; i < rows; i++)
                sum += a[columns * i + j] * x[i];
            result[j] = sum;
        }
    }

    /// <summary>Copies a square block out of a square matrix.</summary>
    /// <param name="matrix">[size, size].</param>
    /// <param name="size">The matrix's rows.</param>
    /// <param name="first">The first row and column of the block.</param>
    /// <param name="block">Receives [n, n].</param>
    /// <param name="n">The block's rows.</param>
    public static void Block(ReadOnlySpan<double> matrix, int size, int first, Span<double> block, int n)
    {
        for (int i = 0; i < n; i++)
            matrix.Slice(size * (first + i) + first, n).CopyTo(block.Slice(n * i, n));
    }

    /// <summary>Inverts a square matrix: LU decomposition with partial pivoting, as LAPACK's <c>gesv</c> of the unit matrix.</summary>
    /// <param name="matrix">[n, n], regular.</param>
    /// <param name="inverse">Receives [n, n]; not the matrix.</param>
    /// <param name="n">At most 8.</param>
    public static void Invert(ReadOnlySpan<double> matrix, Span<double> inverse, int n)
    {
        Span<double> lu = stackalloc double[64];
        lu = lu[..(n * n)];
        matrix.CopyTo(lu);
        inverse.Clear();
        for (int i = 0; i < n; i++)
            inverse[n * i + i] = 1;

        for (int column = 0; column < n; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < n; row++)
            {
                if (Math.Abs(lu[n * row + column]) > Math.Abs(lu[n * pivot + column]))
                    pivot = row;
            }

            if (pivot != column)
            {
                SwapRows(lu, n, pivot, column);
                SwapRows(inverse, n, pivot, column);
            }

            double reciprocal = 1 / lu[n * column + column];
            for (int row = column + 1; row < n; row++)
            {
                double factor = lu[n * row + column] * reciprocal;
                for (int k = column + 1; k < n; k++)
                    lu[n * row + k] -= factor * lu[n * column + k];
                for (int k = 0; k < n; k++)
                    inverse[n * row + k] -= factor * inverse[n * column + k];
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int below = row + 1; below < n; below++)
            {
                double factor = lu[n * row + below];
                for (int k = 0; k < n; k++)
                    inverse[n * row + k] -= factor * inverse[n * below + k];
            }

            double diagonal = lu[n * row + row];
            for (int k = 0; k < n; k++)
                inverse[n * row + k] /= diagonal;
        }
    }

    private static void SwapRows(Span<double> matrix, int n, int a, int b)
    {
        for (int k = 0; k < n; k++)
            (matrix[n * a + k], matrix[n * b + k]) = (matrix[n * b + k], matrix[n * a + k]);
    }
}
