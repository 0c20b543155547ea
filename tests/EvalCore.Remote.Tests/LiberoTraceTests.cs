using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Benchmarks.Libero;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Remote.Tests.Servers;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Tests;

/// <summary>openpi's evaluation loop on LIBERO, against a server with the policy of the recording.</summary>
public sealed class LiberoTraceTests
{
    [Fact]
    public void The_recorded_episode_of_openpis_client_is_played_again()
    {
        var trace = JsonNode.Parse(File.ReadAllText(Goldens.Find("remote/openpi/libero_trace.json")))!;
        using var server = PythonServer.Toy();
        var env = new LiberoConfig { Task = "libero_spatial", TaskIds = [0], ObservationHeight = 256, ObservationWidth = 256 };
        var notes = new List<string>();
        using var policy = new RemoteConfig { Path = server.Address }.Make(PolicyContext.Of(env) with { Warn = notes.Add });
        Assert.Empty(notes);
        using var benchmark = env.Open();
        using var environment = benchmark.Make(benchmark.Tasks[0]);
        var observation = new Observation(environment.ObservationSpace.Select(policy.ObservationKeys));
        Assert.DoesNotContain("observation.state", policy.ObservationKeys);
        var mapping = ((RemotePolicy)policy).Mapping;

        // The client resets its environment once before the episode.
        var episode = new EpisodeSpec(benchmark.Tasks[0], 0, Seed: 7, InitStateId: 1);
        environment.Reset(episode);
        using var session = policy.NewSession(episode);
        double[] action = new double[7];
        double state = 0, quaternion = 0, actions = 0;
        int images = 0, equalImages = 0;
        var steps = trace["steps"]!.AsArray();
        Assert.Equal(20, steps.Count);
        foreach (var step in steps)
        {
            Assert.Equal((bool)step!["request"]!, session.NeedsObservation);
            environment.Observe(observation);
            var writer = new MessagePackWriter(ArrayKeys.Binary);
            mapping.Write(writer, observation, episode.Task);
            var request = Assert.IsType<MessagePackMap>(MessagePackReader.Read(writer.Written.ToArray(), ArrayKeys.Binary));
            state = Math.Max(state, Difference(step["state_f64"]!, Assert.IsType<NdArray>(request["observation/state"]).ToDoubles()));
            quaternion = Math.Max(quaternion, Difference(step["eef_quat_xyzw"]!, observation.Vector(LiberoObservation.EefQuaternion)));
            if (session.NeedsObservation)
            {
                string[] keys = ["observation/image", "observation/wrist_image"];
                for (int i = 0; i < 2; i++)
                {
                    images++;
                    string hash = Convert.ToHexStringLower(SHA256.HashData(Assert.IsType<NdArray>(request[keys[i]]).Data.Span));
                    equalImages += hash == (string)step["image_sha256"]![i]! ? 1 : 0;
                }

                session.Observe(observation);
                policy.Infer([session], CancellationToken.None);
            }

            session.Act(action);
            actions = Math.Max(actions, Difference(step["action_f32"]!, action));
            var result = environment.Step(action);
            Assert.Equal((double)step["reward"]!, result.Reward);
            Assert.Equal((bool)step["done"]!, result.Terminated);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"state {state:R}, quaternion {quaternion:R}, actions {actions:R}, images {equalImages} of {images}");
        Assert.Equal(8, images);
        Assert.InRange(quaternion, 0, 1e-14);
        Assert.InRange(state, 0, 1e-13);
        Assert.Equal(0, actions);
    }

    private static double Difference(JsonNode expected, ReadOnlySpan<double> actual)
    {
        var numbers = expected.AsArray();
        Assert.Equal(numbers.Count, actual.Length);
        double largest = 0;
        for (int i = 0; i < actual.Length; i++)
            largest = Math.Max(largest, Math.Abs(double.Parse(numbers[i]!.ToJsonString(), CultureInfo.InvariantCulture) - actual[i]));
        return largest;
    }
}
