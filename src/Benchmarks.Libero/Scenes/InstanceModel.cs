using System.Globalization;
using System.Xml.Linq;
using Benchmarks.Libero.Bddl;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// The model of an object or a fixture: the MJCF of its category under its own names (robosuite 1.4.0, <c>models/objects/</c>).
/// </summary>
internal sealed class InstanceModel
{
    private InstanceModel(SceneInstance instance, MjcfPart part, XElement body) =>
        (Instance, Part, Body) = (instance, part, body);

    /// <summary>What LIBERO knows of it.</summary>
    public SceneInstance Instance { get; }

    /// <summary>The MJCF of the category; the instance's assets are in it.</summary>
    public MjcfPart Part { get; }

    /// <summary>Its root body.</summary>
    public XElement Body { get; }

    /// <summary>Reads the model of an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="isFixture">Whether it is fixed to the world.</param>
    /// <param name="path">The MJCF of its category.</param>
    /// <param name="files">Where the file is noted.</param>
    /// <exception cref="EvalCore.EvalCoreException">The file is missing, damaged, or not a model of an object.</exception>
    public static InstanceModel Read(BddlInstance instance, bool isFixture, string path, SceneFiles files)
    {
        var part = MjcfPart.Read(path, files);

        // The file's outer body has the sites that say how large the object is. Only the body in it becomes part of the scene.
        var outer = part.World.Element("body") ?? throw part.Lacks("body", "object");
        var body = outer.Elements("body").FirstOrDefault(body => (string?)body.Attribute("name") == "object")
            ?? throw part.Lacks("body", "object");
        var offsets = (
            Bottom: MjcfText.Vector(OuterSite("bottom_site"), "pos", path).Z,
            Top: MjcfText.Vector(OuterSite("top_site"), "pos", path).Z,
            Radius: MjcfText.Vector(OuterSite("horizontal_radius_site"), "pos", path).X);

        body.SetAttributeValue("name", "main");
        NameGeoms(body);
        var joints = body.Descendants("joint").ToList();
        if (!isFixture)
            body.Add(FreeJoint());
        body.Add(OriginSite());
        MjcfPart.AddPrefix(body, $"{instance.Name}_");
        MjcfPart.AddPrefix(part.Assets, $"{instance.Name}_");
        return new InstanceModel(
            new SceneInstance(instance.Name, instance.Category, isFixture)
            {
                ContactGeoms = Names(body.Descendants("geom").Where(MjcfPart.IsCollision)),
                Joints = Names(joints),
                Bottom = offsets.Bottom,
                Top = offsets.Top,
                Radius = offsets.Radius,
            },
            part,
            body);

        XElement OuterSite(string name) =>
            outer.Elements("site").FirstOrDefault(site => (string?)site.Attribute("name") == name) ?? throw part.Lacks("site", name);
    }

    /// <summary>
    /// The site of a region, with the joints of the innermost body that contains it; null when this instance has no such site.
    /// </summary>
    /// <param name="key">The name of the region and of the site.</param>
    public SceneRegion? Region(string key)
    {
        SceneRegion? region = null;
        foreach (var body in Body.DescendantsAndSelf("body"))
        {
            // LIBERO stops at the first body without sites, whatever follows.
            var sites = body.Descendants("site").ToList();
            if (sites.Count == 0)
                break;
            if (sites.Find(site => (string?)site.Attribute("name") == key) is { } site)
                region = new SceneRegion(key, Instance.Name, Names(body.Elements("joint").Where(IsPart)), MjcfText.Numbers(site, "size", Part.File));
        }

        return region;
    }

    /// <summary>Whether a joint moves a part of the instance: all but the free joint.</summary>
    private static bool IsPart(XElement joint) => (string?)joint.Attribute("type") != "free";

    /// <summary>
    /// Numbers the geoms that have no name, and removes those that are neither for collision (0) nor for display (1); these count
    /// all the same.
    /// </summary>
    private static void NameGeoms(XElement body)
    {
        foreach (var (geom, i) in body.Descendants("geom").ToList().Select((geom, i) => (geom, i)))
        {
            if ((string?)geom.Attribute("group") is not (null or "0" or "1"))
                geom.Remove();
            else if (geom.Attribute("name") is null)
                geom.SetAttributeValue("name", string.Create(CultureInfo.InvariantCulture, $"g{i}"));
        }
    }

    private static XElement FreeJoint() => new(
        "joint", new XAttribute("type", "free"), new XAttribute("damping", "0.0005"), new XAttribute("name", "joint0"));

    private static XElement OriginSite() => new(
        "site",
        new XAttribute("pos", "0 0 0"),
        new XAttribute("size", "0.002 0.002 0.002"),
        new XAttribute("rgba", "1 0 0 0"),
        new XAttribute("type", "sphere"),
        new XAttribute("group", "0"),
        new XAttribute("name", "default_site"));

    private static List<string> Names(IEnumerable<XElement> elements) =>
        [.. elements.Select(element => (string?)element.Attribute("name")).OfType<string>()];
}
