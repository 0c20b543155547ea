using System.Xml.Linq;
using Benchmarks.Libero.Bddl;
using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>The room, its table, its cameras and the zones of a task (hf-libero 0.1.4, <c>envs/arenas/</c>, <c>envs/problems/</c>).</summary>
internal static class Arena
{
    /// <summary>Half of a zone's height, metres.</summary>
    private const double ZoneHalfHeight = 0.007;

    /// <summary>The radius of a table leg, metres.</summary>
    private const double LegRadius = 0.025;

    /// <summary>Half of the table's size, metres.</summary>
    private static readonly Vec3 TableHalfSize = new Vec3(1.0, 1.2, 0.05) / 2;

    /// <summary>Where the middle of the table's surface is, metres.</summary>
    private static readonly Vec3 TableTop = new(0, 0, 0.9);

    /// <summary>Where the four legs are: inwards from the corners of the table, metres.</summary>
    private static readonly (double X, double Y)[] Legs = [(0.1, 0.1), (-0.1, 0.1), (-0.1, -0.1), (0.1, -0.1)];

    /// <summary>Composes the arena of a task.</summary>
    /// <exception cref="EvalCore.EvalCoreException">A file is missing or damaged, or a zone has no valid rectangle.</exception>
    public static MjcfPart Compose(BddlProblem problem, Workspace workspace, SceneFiles files)
    {
        var style = workspace.Arena;
        var arena = MjcfPart.Read(files.OfLibero($"assets/scenes/{style.File}"), files).RecolourCollisionGeoms("0.5 0.5 0 1", except: "floor");
        if (style.TableFriction is { } friction)
            ShapeTable(arena, friction);
        SetTexture(arena, "texplane", files.OfLibero($"assets/textures/{style.FloorTexture}"));
        SetTexture(arena, "tex-wall", files.OfLibero($"assets/textures/{style.WallTexture}"));
        foreach (var camera in style.Cameras)
            Place(arena, camera);
        var body = arena.Body(style.Body);
        foreach (var region in problem.Regions.Where(workspace.Contains))
            body.Add(Zone(region, style.ZoneOffset, problem));
        return arena;
    }

    private static void ShapeTable(MjcfPart arena, double friction)
    {
        var half = TableHalfSize;
        arena.Find("geom", "floor").SetAttributeValue("pos", MjcfText.Of(Vec3.Zero));
        arena.Body("table").SetAttributeValue("pos", MjcfText.Of(TableTop + Vec3.Up(-half.Z)));
        var collision = arena.Find("geom", "table_collision");
        collision.SetAttributeValue("size", MjcfText.Of(half));
        collision.SetAttributeValue("friction", MjcfText.Of(friction, 0.005, 0.0001));
        arena.Find("geom", "table_visual").SetAttributeValue("size", MjcfText.Of(half));
        arena.Find("site", "table_top").SetAttributeValue("pos", MjcfText.Of(Vec3.Up(half.Z)));

        double legHalfHeight = (TableTop.Z - half.Z) / 2;
        for (int i = 0; i < Legs.Length; i++)
        {
            var (x, y) = Legs[i];
            var leg = arena.Find("geom", $"table_leg{i + 1}_visual");
            leg.SetAttributeValue("pos", MjcfText.Of(Math.Sign(x) * half.X - x, Math.Sign(y) * half.Y - y, -legHalfHeight));
            leg.SetAttributeValue("size", MjcfText.Of(LegRadius, legHalfHeight));
        }
    }

    private static void SetTexture(MjcfPart arena, string name, string path)
    {
        var texture = arena.Assets.Elements("texture").FirstOrDefault(texture => (string?)texture.Attribute("name") == name);
        (texture ?? throw arena.Lacks("texture", name)).SetAttributeValue("file", path);
    }

    private static void Place(MjcfPart arena, ArenaCamera camera)
    {
        var element = arena.World.Descendants("camera").FirstOrDefault(element => (string?)element.Attribute("name") == camera.Name);
        if (element is null)
        {
            element = new XElement("camera", new XAttribute("name", camera.Name));
            arena.World.Add(element);
        }

        element.SetAttributeValue("pos", MjcfText.Of(camera.Position));
        element.SetAttributeValue("quat", MjcfText.Of(camera.Orientation));
    }

    /// <summary>A zone of the workspace: an invisible box.</summary>
    private static XElement Zone(BddlRegion region, Vec3 offset, BddlProblem problem)
    {
        var (x0, y0, x1, y1) = region.Range ?? throw problem.Error(
            region.Position, $"region '{region.Name}' of the workspace needs its rectangle (:ranges ((x0 y0 x1 y1)))");
        if (x0 >= x1 || y0 >= y1)
            throw problem.Error(region.Position, $"the rectangle of region '{region.Name}' is empty; write the smaller corner first");
        var centre = new Vec3((x1 + x0) / 2, (y1 + y0) / 2, 0) + offset;
        return new XElement(
            "site",
            new XAttribute("type", "box"),
            new XAttribute("name", region.Key),
            new XAttribute("size", MjcfText.Of((x1 - x0) / 2, (y1 - y0) / 2, ZoneHalfHeight)),
            new XAttribute("pos", MjcfText.Of(centre)),
            new XAttribute("quat", "1 0 0 0"),
            new XAttribute("rgba", "0 0 1 0"));
    }
}
