namespace Benchmarks.Libero.Scenes;

/// <summary>An object or a fixture of a scene. Its root body is <c>NAME_main</c>, an object's free joint <c>NAME_joint0</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Category">What it is one of.</param>
/// <param name="IsFixture">Whether it is fixed to the world; an object has a free joint.</param>
internal sealed record SceneInstance(string Name, string Category, bool IsFixture)
{
    /// <summary>The geoms that count as touching it: those of group 0.</summary>
    public required IReadOnlyList<string> ContactGeoms { get; init; }

    /// <summary>All its joints, without the free joint.</summary>
    public required IReadOnlyList<string> Joints { get; init; }

    /// <summary>The height of its lowest point in its own frame, metres.</summary>
    public required double Bottom { get; init; }

    /// <summary>The height of its highest point in its own frame, metres.</summary>
    public required double Top { get; init; }

    /// <summary>The radius that it takes on the table, metres.</summary>
    public required double Radius { get; init; }

    /// <summary>The root body.</summary>
    public string Body => $"{Name}_main";

    /// <summary>An object's free joint.</summary>
    public string FreeJoint => $"{Name}_joint0";
}
