using EvalCore;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>Turns MuJoCo's exceptions into the one-line messages of <see cref="EvalCoreException"/>.</summary>
public static class MujocoErrors
{
    /// <summary>Calls MuJoCo.</summary>
    /// <param name="call">The call.</param>
    /// <param name="context">What stands before MuJoCo's message, for example <c>Meta-World's model does not load: </c>.</param>
    /// <exception cref="EvalCoreException">MuJoCo reports an error, or it is missing.</exception>
    public static T Translate<T>(Func<T> call, string context = "")
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return call();
        }
        catch (MujocoException e)
        {
            throw new EvalCoreException($"{context}{e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
