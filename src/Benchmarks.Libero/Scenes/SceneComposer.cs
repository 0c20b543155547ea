using System.Xml.Linq;
using Benchmarks.Libero.Bddl;
using EvalCore;
using EvalCore.Options;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// Composes the scene of a task from the MJCF of its parts, as robosuite's <c>ManipulationTask</c> does (robosuite 1.4.0,
/// <c>models/tasks/</c>; hf-libero 0.1.4, <c>envs/bddl_base_domain.py</c>): all merging is done on XML trees, before MuJoCo sees
/// them.
/// </summary>
internal static class SceneComposer
{
    private const double Timestep = 0.002;

    /// <summary>Composes the scene of a task.</summary>
    /// <param name="problem">The task.</param>
    /// <param name="liberoFolder">The folder that has LIBERO's <c>assets</c>.</param>
    /// <param name="robosuiteFolder">The folder that has robosuite's <c>base.xml</c>.</param>
    /// <exception cref="EvalCoreException">
    /// A file is missing or damaged, or the task names a domain, a category or a region that does not exist.
    /// </exception>
    public static Scene Compose(BddlProblem problem, string liberoFolder, string robosuiteFolder)
    {
        var files = new SceneFiles(liberoFolder, robosuiteFolder);
        var workspace = Workspace.Of(problem);
        CheckWorkspace(problem, workspace);

        var scene = MjcfPart.Read(files.OfRobosuite("base.xml"), files);
        (scene.Root.Element("option") ?? throw scene.Lacks("option")).SetAttributeValue("timestep", MjcfText.Of(Timestep));
        scene.Merge(Arena.Compose(problem, workspace, files));
        scene.Merge(Panda.Compose(workspace, files));
        var instances = Instances(problem, workspace, files);
        foreach (var instance in instances)
        {
            scene.MergeAssets(instance.Part);
            instance.Body.Remove();
            scene.World.Add(instance.Body);
        }

        foreach (var file in scene.Assets.Elements().Attributes("file"))
            files.Use(file.Value);
        return new Scene
        {
            Problem = problem,
            Workspace = workspace,
            Mjcf = scene.Root.ToString(SaveOptions.DisableFormatting),
            Instances = [.. instances.Select(instance => instance.Instance)],
            Regions = Regions(problem, workspace, instances),
            LiberoFiles = files.Libero,
            RobosuiteFiles = files.Robosuite,
        };
    }

    /// <summary>Objects, then fixtures; the workspace among the fixtures is part of the arena.</summary>
    private static List<InstanceModel> Instances(BddlProblem problem, Workspace workspace, SceneFiles files)
    {
        var objects = problem.Objects.Select(instance => Read(instance, isFixture: false));
        var fixtures = problem.Fixtures
            .Where(fixture => fixture.Category != workspace.FixtureCategory)
            .Select(instance => Read(instance, isFixture: true));
        return [.. objects, .. fixtures];

        InstanceModel Read(BddlInstance instance, bool isFixture) =>
            InstanceModel.Read(instance, isFixture, Categories.FileOf(instance, workspace, problem, files), files);
    }

    /// <summary>The regions that are sites of instances. Those of instances that the task does not have are left out.</summary>
    private static Dictionary<string, SceneRegion> Regions(BddlProblem problem, Workspace workspace, List<InstanceModel> instances)
    {
        var regions = new Dictionary<string, SceneRegion>();
        foreach (var region in problem.Regions.Where(region => !workspace.Contains(region)))
        {
            var found = instances.Select(instance => instance.Region(region.Key)).OfType<SceneRegion>().LastOrDefault();
            if (found is not null)
                regions[region.Key] = found;
            else if (instances.Find(instance => instance.Instance.Name == region.Target) is { } target)
                throw NoSite(region, target, problem);
        }

        return regions;
    }

    private static EvalCoreException NoSite(BddlRegion region, InstanceModel target, BddlProblem problem)
    {
        string prefix = $"{region.Target}_";
        var names = target.Body.Descendants("site")
            .Select(site => (string?)site.Attribute("name") ?? "")
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..])
            .Where(name => name.EndsWith("_region", StringComparison.Ordinal) || name.EndsWith("_side", StringComparison.Ordinal))
            .ToList();
        string known = names.Count == 0 ? "it has none" : $"known: {string.Join(", ", names)}";
        return problem.Error(
            region.Position,
            $"a {target.Instance.Category} has no region '{region.Name}'{Nearest.Hint(region.Name, names)} ({known})");
    }

    /// <summary>
    /// Refuses a workspace of another name than LIBERO's, and predicates about the workspace as a whole: LIBERO has them for its
    /// zones only.
    /// </summary>
    private static void CheckWorkspace(BddlProblem problem, Workspace workspace)
    {
        var fixtures = problem.Fixtures.Where(fixture => fixture.Category == workspace.FixtureCategory).ToList();
        if (fixtures.Find(fixture => fixture.Name != workspace.Name) is { } other)
            throw problem.Error(other.Position, $"the workspace of {workspace.Domain} is called '{workspace.Name}', not '{other.Name}'");
        foreach (var predicate in problem.Init.Concat(problem.Goal))
        {
            if (predicate.Arguments.Contains(workspace.Name))
            {
                throw problem.Error(
                    predicate.Position, $"'{predicate.Name}' cannot have the workspace '{workspace.Name}' as an argument; name a region of it");
            }
        }
    }
}
