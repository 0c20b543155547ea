namespace EvalCore.Tests.Architecture;

public sealed class FolderGraphTests
{
    private static readonly string Here = typeof(FolderGraphTests).Assembly.Location;

    [Fact]
    public void Each_way_to_use_a_type_is_seen()
    {
        var graph = FolderGraph.Read(Here, "EvalCore.Tests.Architecture.Toys");
        string[] users = [.. graph.Types.Select(type => type.Split('.')[4]).Where(name => name.StartsWith("By", StringComparison.Ordinal))];
        Assert.Equal(19, users.Length);
        Assert.Equal(users.Select(user => (user, "Used")), graph.Edges.Keys);
        Assert.Null(graph.Circle());
    }

    [Fact]
    public void A_circle_is_shown_with_an_example_of_each_step() => Assert.Equal(
        """

          A uses B: EvalCore.Tests.Architecture.Circles.A.One uses EvalCore.Tests.Architecture.Circles.B.Two
          B uses C: EvalCore.Tests.Architecture.Circles.B.Two uses EvalCore.Tests.Architecture.Circles.C.Three
          C uses A: EvalCore.Tests.Architecture.Circles.C.Three uses EvalCore.Tests.Architecture.Circles.A.One
        """,
        FolderGraph.Read(Here, "EvalCore.Tests.Architecture.Circles").Circle());
}
