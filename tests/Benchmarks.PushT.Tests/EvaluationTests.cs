using System.Security.Cryptography;
using System.Text.Json;
using Benchmarks.PushT.Rendering;
using Chipmunk;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

/// <summary>Whole episodes with a policy, as lerobot-eval plays them one at a time.</summary>
public sealed class EvaluationTests
{
    [Theory]
    [InlineData("formula")]
    [InlineData("replay")]
    public void Episodes_of_a_policy_are_lerobots_at_batch_size_1(string name)
    {
        using IPolicy policy = name == "formula" ? new FormulaPolicy() : new ReplayPolicy();
        using var rollouts = Goldens.Open($"pusht/eval/{name}_bs1_rollouts.safetensors");
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"pusht/eval/{name}_bs1_eval_policy.json")));
        using var environment = TestEnvironments.Keypoints();
        var observation = new Observation(environment.ObservationSpace);
        double[] action = new double[2];
        var episodes = json.RootElement.GetProperty("per_episode").EnumerateArray().ToArray();
        Assert.Equal(20, episodes.Length);

        for (int e = 0; e < episodes.Length; e++)
        {
            var actions = rollouts.Span<float>($"rollout{e}.action");
            var rewards = rollouts.Span<double>($"rollout{e}.reward");
            var success = rollouts.Span<byte>($"rollout{e}.success");
            var done = rollouts.Span<byte>($"rollout{e}.done");
            var episode = new EpisodeSpec(TestEnvironments.Task, e, episodes[e].GetProperty("seed").GetInt64());
            environment.Reset(episode);
            using var session = policy.NewSession(episode);
            double sum = 0;
            double max = double.NegativeInfinity;
            bool succeeded = false;
            for (int t = 0; t < rewards.Length; t++)
            {
                environment.Observe(observation);
                if (session.NeedsObservation)
                    session.Observe(observation);
                session.Act(action);
                string at = $"episode {e}, step {t}";
                Equal.BitForBit([actions[2 * t], actions[2 * t + 1]], action, $"{at}: action");
                var result = environment.Step(action);
                Equal.Area(rewards[t], result.Reward, $"{at}: reward");
                Assert.Equal(success[t] != 0, result.Success);
                Assert.Equal(done[t] != 0, result.Terminated || result.Truncated);
                sum += result.Reward;
                max = Math.Max(max, result.Reward);
                succeeded |= result.Success;
            }

            Assert.Equal(episodes[e].GetProperty("sum_reward").GetDouble(), sum, 1e-10);
            Equal.Area(episodes[e].GetProperty("max_reward").GetDouble(), max, $"episode {e}: max_reward");
            Assert.Equal(episodes[e].GetProperty("success").GetBoolean(), succeeded);
        }
    }

    [Fact]
    public void Observed_images_and_frames_of_videos_are_lerobots()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("pusht/eval/video_frames.json")));
        using var policy = new ReplayPolicy();
        using var environment = new PushTEnvironment("pixels_agent_pos");
        using var renderer = new PushTRenderer(384, 384);
        var observation = new Observation(environment.ObservationSpace);
        double[] state = new double[environment.SnapshotLength];
        byte[] frame = new byte[384 * 384 * 3];
        double[] action = new double[2];
        var observations = json.RootElement.GetProperty("observation_sha256");
        var videos = json.RootElement.GetProperty("videos");
        int batch = json.RootElement.GetProperty("batch_size").GetInt32();
        long firstSeed = json.RootElement.GetProperty("start_seed").GetInt64();

        int call = 0;
        for (int rollout = 0; rollout < 2; rollout++)
        {
            int longest = 0;
            for (int i = 0; i < batch; i++)
            {
                int e = rollout * batch + i;
                string[] frames = videos.TryGetProperty($"eval_episode_{e}.mp4", out var video)
                    ? [.. video.GetProperty("frame_sha256").EnumerateArray().Select(hash => hash.GetString()!)]
                    : [];
                environment.Reset(new EpisodeSpec(TestEnvironments.Task, e, firstSeed + e));
                StepResult result = default;
                int t = 0;
                for (; !result.Terminated && !result.Truncated; t++)
                {
                    environment.Observe(observation);
                    Assert.Equal(observations[call + t][i].GetString(), Hash(observation.Image(PushTObservation.Image)));
                    environment.Snapshot(state);
                    if (rollout > 0 && t == 0)
                    {
                        // LeRobot's first frame shows the marker of the last action before the reset; ours does not.
                        Assert.Equal(FrameState.NoAction, FrameState.ActionOf(state));
                        var stale = policy.Action(i, call - 1);
                        FrameState.SetAction(state, new Vect(stale[0], stale[1]));
                    }

                    if (frames.Length > 0)
                    {
                        renderer.Render(state, frame);
                        Assert.Equal(frames[t], Hash(frame));
                    }

                    var row = policy.Action(e, t);
                    (action[0], action[1]) = (row[0], row[1]);
                    result = environment.Step(action);
                }

                Assert.True(frames.Length == 0 || frames.Length == t, $"episode {e} has {t} steps, its video {frames.Length} frames");
                longest = Math.Max(longest, t);
            }

            call += longest;
        }

        Assert.Equal(observations.GetArrayLength(), call);
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
