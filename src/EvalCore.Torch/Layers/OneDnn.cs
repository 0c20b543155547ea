using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.Intrinsics.X86;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// oneDNN's linear layer and convolution, whose weights are laid out once as its kernels read them. libtorch's own calls lay
/// them out at every call, which for few rows or pixels takes longer than the product.
/// </summary>
/// <remarks>
/// libtorch has these operators for <c>torch.compile</c>. TorchSharp has no functions for them, but it runs TorchScript, so they are
/// the methods of a TorchScript module.
/// </remarks>
internal static class OneDnn
{
    /// <summary>The fewest numbers of a linear layer's weight: with fewer, the call through TorchScript (10 µs) takes what is saved.</summary>
    private const long Least = 1 << 17;

    private static readonly Lazy<jit.ScriptModule> LinearOperators = new(() => Load("""
          def pack(self, weight: Tensor) -> Tensor:
            return ops.mkldnn._reorder_linear_weight(weight)
          def linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
        """));

    private static readonly ConcurrentDictionary<(long Stride, long Padding, long Dilation, long Groups), jit.ScriptModule> ConvolutionOperators = new();

    /// <summary>Whether a linear layer's weight is better laid out by <see cref="PackLinear"/>.</summary>
    public static bool PaysLinear(Tensor weight) => weight.NumberOfElements >= Least && Takes(weight);

    /// <summary>
    /// Whether a weight can be laid out: float32 on an x86 processor. Under mixed precision the operators are torch's own. Zeros that
    /// stand for a tensor that does not fit are one expanded number, and to lay them out would allocate them all.
    /// </summary>
    public static bool Takes(Tensor weight) =>
        Avx2.IsSupported && weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && weight.is_contiguous() && !Autocast.IsActive;

    /// <summary>Lays out a linear layer's weight, [outputs, inputs].</summary>
    public static Tensor PackLinear(Tensor weight) => Call(LinearOperators.Value, "pack", weight);

    /// <summary><c>torch.nn.functional.linear</c>.</summary>
    /// <param name="x">[..., inputs].</param>
    /// <param name="packed">What <see cref="PackLinear"/> gave.</param>
    /// <param name="bias">[outputs] or null.</param>
    public static Tensor Linear(Tensor x, Tensor packed, Tensor? bias) => Call(LinearOperators.Value, "linear", x, packed, bias);

    /// <summary>The operators of convolutions.</summary>
    /// <param name="stride">The stride.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">The dilation.</param>
    /// <param name="groups">Groups of channels, each of which is convolved by itself.</param>
    public static Convolution Convolutions(long stride = 1, long padding = 0, long dilation = 1, long groups = 1) =>
        new(groups, ConvolutionOperators.GetOrAdd((stride, padding, dilation, groups), static key => Load($"""
              def pack(self, weight: Tensor, images: Tensor) -> Tensor:
                return torch.mkldnn_reorder_conv2d_weight(torch.to_mkldnn(weight), {Geometry(key)}, torch.size(images))
              def conv2d(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
                return ops.mkldnn._convolution_pointwise(x, weight, bias, {Geometry(key)}, "none", annotate(List[Optional[number]], []), "")
            """)));

    private static string Geometry((long Stride, long Padding, long Dilation, long Groups) key) =>
        $"[{key.Padding}, {key.Padding}], [{key.Stride}, {key.Stride}], [{key.Dilation}, {key.Dilation}], {key.Groups}";

    /// <summary>Calls a method. Arguments are tensors: TorchSharp does not keep the numbers alive that it makes of others.</summary>
    private static Tensor Call(jit.ScriptModule operators, string method, params Tensor?[] arguments) => (Tensor)operators.invoke(method, arguments);

    /// <summary>Writes a module as TorchScript's file format has it, a zip archive of pickles and source, and loads it.</summary>
    private static jit.ScriptModule Load(string methods)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            // A module without members but for "training": the protocol, the class, an empty tuple, a new object, its state.
            Add("data.pkl", [0x80, 2, .. "c__torch__\nOneDnn\n)"u8, 0x81, .. "}(X\u0008\0\0\0training"u8, 0x89, .. "ub."u8]);
            Add("constants.pkl", [0x80, 2, .. ")."u8]);
            Add("code/__torch__.py", Encoding.UTF8.GetBytes($"""
                class OneDnn(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                {methods}

                """));
            Add("version", [.. "3\n"u8]);

            void Add(string name, byte[] content)
            {
                using var entry = archive.CreateEntry($"onednn/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return jit.load(file.ToArray());
    }

    /// <summary>Convolutions of one stride, padding, dilation and number of groups.</summary>
    internal sealed class Convolution(long groups, jit.ScriptModule operators)
    {
        /// <summary>Lays out a weight, [outputs, inputs of a group, kernel, kernel].</summary>
        /// <param name="weight">The weight.</param>
        /// <param name="images">The images of a call. Others are convolved as well, perhaps more slowly.</param>
        public Tensor Pack(Tensor weight, (long Count, long Height, long Width) images)
        {
            using var scope = NewDisposeScope();
            var shape = zeros(1).expand(images.Count, groups * weight.shape[1], images.Height, images.Width);
            return Call(operators, "pack", weight, shape).MoveToOuterDisposeScope();
        }

        /// <summary><c>torch.nn.functional.conv2d</c>.</summary>
        /// <remarks>oneDNN can make ReLU a part of a convolution, but its ReLU makes 0 of NaN, where torch's keeps NaN.</remarks>
        /// <param name="x">[N, inputs, H, W].</param>
        /// <param name="packed">What <see cref="Pack"/> gave.</param>
        /// <param name="bias">[outputs] or null.</param>
        public Tensor Forward(Tensor x, Tensor packed, Tensor? bias) => Call(operators, "conv2d", x, packed, bias);
    }
}
