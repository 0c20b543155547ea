using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Onnx.Tests.Graphs;
using EvalCore.Policies;

namespace EvalCore.Onnx.Tests;

/// <summary>A model of a few nodes with its description, in a folder of its own, to change and damage.</summary>
internal sealed class SmallModel : IDisposable
{
    /// <summary>An environment with two numbers, three more, and an image of 4x6.</summary>
    public static readonly ObservationSpace Space = new(
        ObservationField.Vector("observation.state", 2), ObservationField.Vector("observation.environment_state", 3), ObservationField.Image("observation.image", 4, 6));

    /// <summary>Writes a model whose chunk is [1, 4, 2]: four times the two numbers that it is given.</summary>
    public SmallModel() => Write(new OnnxGraph());

    public string Folder { get; } = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public string Model => Path.Combine(Folder, "model.onnx");

    public string Json => Path.Combine(Folder, "model.json");

    public JsonObject Description { get; } = new()
    {
        ["inputs"] = new JsonObject { ["state"] = new JsonObject { ["key"] = "observation.state" } },
        ["output"] = "action",
    };

    /// <summary>Writes the model in another graph: opset, external weights.</summary>
    public void Write(OnnxGraph graph)
    {
        string state = graph.Input("state", ElementType.Float, 1, 2);
        graph.Output(graph.Mul(graph.Reshape(state, 1, 1, 2), graph.Weight("ones", [1, 1, 1, 1, 1, 1, 1, 1], 1, 4, 2)), "action", ElementType.Float, 1, 4, 2);
        graph.Save(Model);
    }

    /// <summary>Writes a model of one node or more.</summary>
    public void Write(Func<OnnxGraph, OnnxGraph> build) => build(new OnnxGraph()).Save(Model);

    /// <summary>Makes the policy as the command line does.</summary>
    public IInspectablePolicy Make(ObservationSpace? space = null, ActionSpace? actions = null, Action<string>? warn = null, params string[] flags)
    {
        if (Description.Count > 0)
            File.WriteAllText(Json, Description.ToJsonString());
        return (IInspectablePolicy)TestPolicy.Onnx(Model, flags).Make(new PolicyContext(space ?? Space) { ActionSpace = actions, Warn = warn ?? Assert.Fail });
    }

    /// <summary>The one line that says what is wrong.</summary>
    public string Fail(params string[] flags)
    {
        var error = Assert.Throws<EvalCoreException>(() => Make(flags: flags).Dispose());
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain("Exception", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ErrorCode", error.Message, StringComparison.Ordinal);
        return error.Message.Replace(Folder + "/", "", StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
