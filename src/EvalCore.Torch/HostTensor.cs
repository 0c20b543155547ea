using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>A floating tensor [B, ...] on the CPU, to distribute its rows.</summary>
internal readonly struct HostTensor
{
    private readonly Tensor _tensor;
    private readonly int _rows;
    private readonly bool _double;

    /// <summary>Copies a tensor to the CPU, where it is elsewhere.</summary>
    /// <param name="tensor">A tensor on any device, of any floating type: float64 stays, others become float32.</param>
    public HostTensor(Tensor tensor)
    {
        _double = tensor.dtype == ScalarType.Float64;
        if (!_double && tensor.dtype != ScalarType.Float32)
            tensor = tensor.to(ScalarType.Float32);
        _rows = (int)tensor.shape[0];
        _tensor = tensor.cpu().contiguous();
    }

    /// <summary>Copies a row as float64.</summary>
    /// <param name="row">Which.</param>
    /// <param name="values">Where to; allocated anew when its length differs.</param>
    public void CopyRow(int row, ref double[] values)
    {
        if (_double)
        {
            CopyRow<double>(row, ref values);
            return;
        }

        var floats = Row<float>(row);
        if (values.Length != floats.Length)
            values = new double[floats.Length];
        for (int i = 0; i < floats.Length; i++)
            values[i] = floats[i];
    }

    /// <summary>Copies a row as float32.</summary>
    /// <param name="row">Which.</param>
    /// <param name="values">Where to; allocated anew when its length differs.</param>
    public void CopyRow(int row, ref float[] values)
    {
        if (!_double)
        {
            CopyRow<float>(row, ref values);
            return;
        }

        var doubles = Row<double>(row);
        if (values.Length != doubles.Length)
            values = new float[doubles.Length];
        for (int i = 0; i < doubles.Length; i++)
            values[i] = (float)doubles[i];
    }

    private void CopyRow<T>(int row, ref T[] values) where T : unmanaged
    {
        var numbers = Row<T>(row);
        if (values.Length != numbers.Length)
            values = new T[numbers.Length];
        numbers.CopyTo(values);
    }

    private ReadOnlySpan<T> Row<T>(int row) where T : unmanaged
    {
        var all = MemoryMarshal.Cast<byte, T>(_tensor.bytes);
        int length = all.Length / _rows;
        return all.Slice(row * length, length);
    }
}
