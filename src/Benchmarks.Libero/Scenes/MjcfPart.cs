using System.Collections.Frozen;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using EvalCore;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// A part of a scene as an XML tree: an MJCF file, or what was merged from several (robosuite 1.4.0, <c>models/base.py</c>).
/// MuJoCo sees the tree only when the whole scene is composed.
/// </summary>
internal sealed class MjcfPart
{
    private const string Worldbody = "worldbody";
    private const string AssetSection = "asset";

    /// <summary>The sections besides world body and assets that are merged; others, such as compiler settings, are not.</summary>
    private static readonly string[] OtherSections = ["actuator", "sensor", "tendon", "equality", "contact"];

    /// <summary>The attributes that name an element: the element itself or one that it refers to.</summary>
    private static readonly FrozenSet<string> NameAttributes = new[]
    {
        "name", "class", "childclass", "objname", "material", "texture", "joint", "joint1", "joint2", "jointinparent", "geom", "geom1",
        "geom2", "mesh", "fixed", "actuator", "tendon", "tendon1", "tendon2", "slidesite", "cranksite", "body", "body1", "body2",
        "hfield", "target", "prefix", "site",
    }.ToFrozenSet();

    private MjcfPart(XElement root, string file)
    {
        Root = root;
        File = file;
        World = Section(Worldbody);
        Assets = Section(AssetSection);
        foreach (string section in OtherSections)
            Section(section);
    }

    /// <summary>The root element.</summary>
    public XElement Root { get; }

    /// <summary>The file, for messages.</summary>
    public string File { get; }

    /// <summary>The world body.</summary>
    public XElement World { get; }

    /// <summary>The meshes, textures and materials.</summary>
    public XElement Assets { get; }

    /// <summary>
    /// Reads a file: without comments, with the attributes of default classes written to the elements that name them, and
    /// with absolute paths of assets.
    /// </summary>
    /// <param name="path">The file's absolute path.</param>
    /// <param name="files">Where it is noted.</param>
    /// <exception cref="EvalCoreException">The file is missing, or it is not MJCF.</exception>
    public static MjcfPart Read(string path, SceneFiles files)
    {
        files.Use(path);
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { IgnoreComments = true, DtdProcessing = DtdProcessing.Prohibit });
            var root = XElement.Load(reader);
            if (root.Name != "mujoco")
                throw new EvalCoreException($"{path}: this is not MJCF: the root element is <{root.Name}>, not <mujoco>");
            var part = new MjcfPart(root, path);
            part.ApplyDefaults();
            string folder = Path.GetDirectoryName(path)!;
            foreach (var file in part.Assets.Elements().Attributes("file"))
                file.Value = Path.GetFullPath(file.Value, folder);
            return part;
        }
        catch (XmlException e)
        {
            throw new EvalCoreException($"{path}: this is not MJCF: {EvalCoreException.Reason(e)}", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead(path, e);
        }
    }

    /// <summary>Whether a geom takes part in collisions: group 0, which is the default.</summary>
    public static bool IsCollision(XElement geom) => geom.Attribute("group") is not { } group || group.Value == "0";

    /// <summary>Puts a prefix before all names in an element, unless they have it already.</summary>
    public static void AddPrefix(XElement root, string prefix)
    {
        foreach (var attribute in root.DescendantsAndSelf().Attributes())
        {
            if (NameAttributes.Contains(attribute.Name.LocalName) && !attribute.Value.StartsWith(prefix, StringComparison.Ordinal))
                attribute.Value = prefix + attribute.Value;
        }
    }

    /// <summary>The body of a name.</summary>
    /// <exception cref="EvalCoreException">There is none.</exception>
    public XElement Body(string name) => Find("body", name);

    /// <summary>The element of a tag and name in the world body.</summary>
    /// <exception cref="EvalCoreException">There is none.</exception>
    public XElement Find(string tag, string name) =>
        World.Descendants(tag).FirstOrDefault(element => (string?)element.Attribute("name") == name) ?? throw Lacks(tag, name);

    /// <summary>The exception for an element that the file does not have.</summary>
    public EvalCoreException Lacks(string tag, string? name = null) =>
        new($"{File}: <{tag}{(name is null ? "" : $" name=\"{name}\"")}> is missing");

    /// <summary>Names the geoms that have no name: <c>g0_col</c>, <c>g1_col</c> for collision, <c>g0_vis</c>, <c>g1_vis</c> for display.</summary>
    public MjcfPart NameGeoms()
    {
        int collision = 0, visual = 0;
        foreach (var geom in World.Descendants("geom").Where(geom => geom.Attribute("name") is null))
        {
            string name = IsCollision(geom)
                ? string.Create(CultureInfo.InvariantCulture, $"g{collision++}_col")
                : string.Create(CultureInfo.InvariantCulture, $"g{visual++}_vis");
            geom.SetAttributeValue("name", name);
        }

        return this;
    }

    /// <summary>Puts a prefix before all names of the part.</summary>
    public MjcfPart AddPrefix(string prefix)
    {
        foreach (var section in Root.Elements())
            AddPrefix(section, prefix);
        return this;
    }

    /// <summary>Gives collision geoms a colour instead of their material. No image shows them, but the compiled model has it.</summary>
    /// <param name="rgba">The colour.</param>
    /// <param name="except">The name of a geom that is left as it is.</param>
    public MjcfPart RecolourCollisionGeoms(string rgba, string? except = null)
    {
        foreach (var geom in World.Descendants("geom").Where(IsCollision))
        {
            if (except is not null && (string?)geom.Attribute("name") == except)
                continue;
            geom.SetAttributeValue("rgba", rgba);
            geom.Attribute("material")?.Remove();
        }

        return this;
    }

    /// <summary>Adds another part: its bodies, its assets that are not there yet, and its other sections.</summary>
    /// <param name="other">The part, which loses its elements.</param>
    /// <param name="body">The body that its bodies are added to; null for the world.</param>
    public void Merge(MjcfPart other, XElement? body = null)
    {
        Move(other.World, body ?? World);
        MergeAssets(other);
        foreach (string section in OtherSections)
            Move(other.Section(section), Section(section));
    }

    /// <summary>Adds another part's assets. Of two with the same tag and name the first stays.</summary>
    public void MergeAssets(MjcfPart other)
    {
        var present = Assets.Elements().Select(Identity).ToHashSet();
        foreach (var asset in other.Assets.Elements().ToList())
        {
            asset.Remove();
            if (present.Add(Identity(asset)))
                Assets.Add(asset);
        }

        static (string Tag, string? Name) Identity(XElement asset) => (asset.Name.LocalName, (string?)asset.Attribute("name"));
    }

    private static void Move(XElement from, XElement to)
    {
        foreach (var element in from.Elements().ToList())
        {
            element.Remove();
            to.Add(element);
        }
    }

    private XElement Section(string name)
    {
        if (Root.Element(name) is { } section)
            return section;
        section = new XElement(name);
        Root.Add(section);
        return section;
    }

    /// <summary>Resolves default classes: elements get the attributes of their class that they do not have themselves.</summary>
    private void ApplyDefaults()
    {
        if (Root.Element("default") is not { } defaults)
            return;
        var classes = new Dictionary<string, XElement>();
        foreach (var entry in defaults.Elements("default"))
            classes[(string?)entry.Attribute("class") ?? ""] = entry;
        defaults.Remove();
        foreach (var element in Root.Descendants())
        {
            if (element.Attribute("class") is not { } name || !classes.TryGetValue(name.Value, out var entry))
                continue;
            name.Remove();
            foreach (var attribute in entry.Element(element.Name)?.Attributes() ?? [])
            {
                if (element.Attribute(attribute.Name) is null)
                    element.SetAttributeValue(attribute.Name, attribute.Value);
            }
        }
    }
}
