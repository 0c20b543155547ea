using Benchmarks.Libero.Control;

namespace Benchmarks.Libero.Tests.Control;

public sealed class GripperCommandTests
{
    [Theory, InlineData(-1, 1), InlineData(-0.01, 1), InlineData(0.37, -1), InlineData(0, 0)]
    public void Only_the_sign_of_an_action_counts(double action, double expected)
    {
        GripperCommand command = default;
        for (int i = 0; i < 110; i++)
            command.Move(action);
        Assert.Equal(expected, command.Left);
        Assert.Equal(-expected, command.Right);
    }

    [Fact]
    public void A_command_moves_by_a_hundredth_per_sub_step()
    {
        GripperCommand command = default;
        command.Move(1);
        Assert.Equal((-0.01, 0.01), (command.Left, command.Right));
    }
}
