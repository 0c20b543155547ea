using System.Text.Json.Nodes;
using Safetensors;

namespace EvalCore.Onnx.Tests;

/// <summary>
/// LeRobot's reference cases of ACT and Diffusion: their networks as ONNX models give what LeRobot recorded and what the same
/// checkpoint gives in torch.
/// </summary>
public sealed class GoldenTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Pixels per unit of the policy, roughly.</summary>
    private const double Scale = 200;

    /// <summary>
    /// The recorded cases. One has a hundred steps of DDPM, which make 17 000 nodes when they are written out: onnxruntime takes many
    /// seconds to load these.
    /// </summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string> { { "act", "b1" }, { "act", "b3" }, { "diffusion", "b1_ddim10" }, { "diffusion", "b2_ddpm10_sample" } };
        if (LongRun.Is)
            cases.Add("diffusion", "b1");
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_recorded_case_is_reproduced(string policy, string name) => Compare(policy, name, wholeHorizon: false);

    [Fact]
    public void A_model_of_the_whole_horizon_is_reproduced() => Compare("diffusion", "b1_ddim10", wholeHorizon: true);

    private static void Compare(string policy, string name, bool wholeHorizon)
    {
        string checkpoint = Goldens.Find($"policies/{policy}/checkpoint");
        var overrides = JsonNode.Parse(File.ReadAllText(Goldens.Find($"policies/{policy}/goldens/{name}.json")))!["overrides"]!.AsArray().Select(text => text!.GetValue<string>().TrimStart('-')).ToList();
        using var exported = new ExportedCheckpoint(checkpoint, overrides, wholeHorizon);
        string Golden(string suffix) => Goldens.Find($"policies/{policy}/goldens/{name}_{suffix}.safetensors");
        foreach (string what in wholeHorizon ? (string[])["select"] : ["chunk", "select"])
        {
            string? rng = policy == "act" ? null : Golden(what);
            using var recorded = SafetensorsFile.Open(Golden(what));
            using var onnx = TestPolicy.Infer(TestPolicy.Onnx(exported.Model), Golden("obs"), rng);
            using var torch = TestPolicy.Infer(TestPolicy.Torch(checkpoint, overrides), Golden("obs"), rng);
            foreach (string kind in (string[])["raw", "post"])
            {
                double tolerance = kind == "raw" ? Tolerance : Tolerance * Scale;
                string tensor = $"{what}.{kind}";
                Closeness.Close(recorded, onnx, tensor, tolerance, $"{policy} {name}: LeRobot and ONNX");
                Closeness.Close(torch, onnx, tensor, tolerance, $"{policy} {name}: torch and ONNX");
            }
        }
    }
}
