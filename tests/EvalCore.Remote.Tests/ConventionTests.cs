using Benchmarks.Libero;
using EvalCore.Policies;
using EvalCore.Remote.Tests.Servers;

namespace EvalCore.Remote.Tests;

/// <summary>What a server states is compared with the suite before the first episode.</summary>
public sealed class ConventionTests
{
    [Theory]
    [InlineData("""{"action_spec": {"position": {"dims": 3, "format": "absolute_xyz"}}}""", "the policy server states absolute positions, and libero's are relative: give --env.control_mode=absolute")]
    [InlineData("""{"action_spec": {"rotation": {"dims": 3, "format": "euler_xyz"}}}""", "the policy server states rotations as euler_xyz, and libero's are axis times angle")]
    [InlineData("""{"action_spec": {"gripper": {"dims": 1, "format": "binary_close_negative"}}}""", "the policy server states a gripper that closes at -1, and libero's closes at 1")]
    [InlineData("""{"action_spec": {"position": {"dims": 3, "format": "delta_xyz"}, "gripper": {"dims": 1, "format": "binary_close_positive"}}}""", "the policy server states actions of 4 numbers, and those of libero have 7: it serves a policy for something else")]
    [InlineData("""{"observation_params": {"absolute_action": true}}""", "the policy server states absolute actions, and libero's are relative: give --env.control_mode=absolute")]
    [InlineData("""{"observation_params": {"send_state": true}, "observation_spec": {"state": {"dims": 9, "format": "raw"}}}""", "the policy server states a state of 9 numbers, and those of libero have 8: it serves a policy for something else")]
    public void What_cannot_be_right_is_an_error(string hello, string line)
    {
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain", "--hello", hello]);
        var e = Assert.Throws<EvalCoreException>(() => Make(server, "vla-eval"));
        if (!e.Message.EndsWith(line, StringComparison.Ordinal))
            Assert.Equal(line, e.Message);
    }

    [Theory]
    [InlineData("""{"observation_params": {"env_seed": 0}}""", "the policy server asks for the environment's seed 0: give --seed=0 for vla-eval's results")]
    [InlineData("""{"observation_params": {"history": 2}}""", "the policy server asks for history, which has no effect here")]
    [InlineData("""{"protocol_version": 2}""", "the server speaks version 2 of vla-eval's protocol, and this program version 1")]
    [InlineData("""{"action_spec": {"position": {"dims": 3, "format": "delta_xyz"}, "rotation": {"dims": 3, "format": "axis_angle"}, "gripper": {"dims": 1, "format": "binary_close_positive"}}}""", null)]
    public void What_may_be_wrong_is_a_note(string hello, string? note)
    {
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain", "--hello", hello]);
        var notes = new List<string>();
        using var policy = Make(server, "vla-eval", notes);
        Assert.Equal(note is null ? [] : [$"{server.Address}: {note}"], notes);
    }

    [Fact]
    public void Images_of_another_size_than_openpis_are_noted()
    {
        using var server = PythonServer.Toy();
        var notes = new List<string>();
        using var policy = Make(server, "openpi", notes);
        Assert.Equal(
            "openpi's client renders images of 256 x 256 before it resizes them, and these are 360 x 360: give --env.observation_height=256 --env.observation_width=256 for its results",
            Assert.Single(notes));
    }

    private static IPolicy Make(PythonServer server, string protocol, List<string>? notes = null) =>
        new RemoteConfig { Path = server.Address, Protocol = protocol }.Make(PolicyContext.Of(new LiberoConfig()) with { Warn = (notes ?? []).Add });
}
