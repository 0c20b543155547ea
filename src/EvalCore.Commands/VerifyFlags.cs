using System.ComponentModel;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore verify</c> besides those that choose the episodes.</summary>
internal sealed class VerifyFlags
{
    [Description("how the result is written")]
    public VerifyFormat Format { get; set; } = VerifyFormat.Text;
}
