using System.Text.Json.Serialization;
using EvalCore.Assets;
using EvalCore.Environments;

namespace EvalCore.Torch.Tests.Diagnostics;

/// <summary>
/// A toy suite for a policy that reads two cameras and a state: the position of a hand in [-1, 1] and the opening of its
/// gripper in metres, from 0 to 0.04. Episodes have 15 steps and never succeed. Mistakes can be planted.
/// </summary>
internal sealed class TableConfig : EnvConfig
{
    public const string Front = "observation.images.front", Wrist = "observation.images.wrist", State = "observation.state";

    public override string Type => "table";

    public override string Task { get; set; } = "table";

    public override int Fps { get; set; } = 10;

    /// <summary>Whether each camera gives the image of the other.</summary>
    [JsonIgnore]
    public bool SwapsCameras { get; init; }

    /// <summary>Whether the first camera's image is upside down.</summary>
    [JsonIgnore]
    public bool Flips { get; init; }

    /// <summary>Whether blue is given for red.</summary>
    [JsonIgnore]
    public bool IsBgr { get; init; }

    /// <summary>What the gripper's opening is multiplied with.</summary>
    [JsonIgnore]
    public double Gripper { get; init; } = 1;

    /// <summary>The largest action.</summary>
    [JsonIgnore]
    public double Bound { get; init; } = 1;

    public override IBenchmark Open(AssetStore assets) => new Table(this);

    private sealed class Table(TableConfig config) : IBenchmark
    {
        public IReadOnlyList<EnvTask> Tasks { get; } = [new("table", "table", 0, "table", "")];

        public ObservationSpace ObservationSpace { get; } =
            new(ObservationField.Vector(State, 2), ObservationField.Image(Front, 96, 96), ObservationField.Image(Wrist, 96, 96));

        public ActionSpace ActionSpace { get; } = new(
            new ActionComponent("x", "m", -config.Bound, config.Bound, IsRelative: true), new ActionComponent("gripper", "", -config.Bound, config.Bound, IsRelative: false));

        public IReadOnlyDictionary<string, string> EngineVersions { get; } = new Dictionary<string, string> { ["table"] = "1" };

        public IEnvironment Make(EnvTask task) => new Hand(this, config);

        public void Dispose()
        {
        }
    }

    private sealed class Hand(Table table, TableConfig config) : IEnvironment
    {
        private int _seed;
        private int _step;

        public ObservationSpace ObservationSpace => table.ObservationSpace;

        public ActionSpace ActionSpace => table.ActionSpace;

        public int MaxEpisodeSteps => 15;

        public void Reset(EpisodeSpec episode) => (_seed, _step) = ((int)episode.Seed, 0);

        public StepResult Step(ReadOnlySpan<double> action) => new(0, false, ++_step == MaxEpisodeSteps, false);

        public void Observe(Observation observation)
        {
            double phase = _step + 5.0 * _seed;
            observation.Vector(State)[0] = Math.Sin(phase);
            observation.Vector(State)[1] = config.Gripper * (0.02 + 0.02 * Math.Cos(phase));
            Paint(observation.Image(Front), isWrist: config.SwapsCameras, flips: config.Flips);
            Paint(observation.Image(Wrist), isWrist: !config.SwapsCameras, flips: false);
        }

        public void Dispose()
        {
        }

        /// <summary>A scene that is darker at the bottom, with a square that follows the hand.</summary>
        private void Paint(Span<byte> image, bool isWrist, bool flips)
        {
            ReadOnlySpan<int> colour = isWrist ? [70, 90, 120] : [180, 140, 100];
            int square = (_step * 7 + _seed) % 70;
            for (int i = 0; i < image.Length; i++)
            {
                int row = flips ? 95 - i / 3 / 96 : i / 3 / 96, column = i / 3 % 96;
                bool inSquare = row >= square && row < square + 20 && column >= square && column < square + 20;
                int channel = config.IsBgr ? 2 - i % 3 : i % 3;
                image[i] = (byte)(inSquare ? 250 : colour[channel] + 30 - row / 2);
            }
        }
    }
}
