namespace EvalCore.Onnx;

/// <summary>The types of a tensor's elements: ONNX's <c>TensorProto.DataType</c>.</summary>
internal enum ElementType
{
    Unknown = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    BFloat16 = 16,
}
