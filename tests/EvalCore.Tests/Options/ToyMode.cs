namespace EvalCore.Tests.Options;

internal enum ToyMode
{
    Relative,
    AbsolutePose,
}
