using Benchmarks.Libero.Bddl;
using EvalCore.Options;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// The models of categories: the MJCF of category <c>plate</c> is <c>assets/stable_scanned_objects/plate/plate.xml</c>
/// (hf-libero 0.1.4, <c>envs/objects/</c>). A category of a user's own task may be any that has such a file in one of the folders.
/// </summary>
internal static class Categories
{
    /// <summary>The folder in <c>assets</c> whose categories have their MJCF in it, without a folder of their own.</summary>
    private const string Articulated = "articulated_objects";

    /// <summary>The folders, with the categories of the five suites.</summary>
    private static readonly (string Folder, string[] Categories)[] Folders =
    [
        (Articulated, ["flat_stove", "microwave", "white_cabinet", "wooden_cabinet"]),
        ("stable_hope_objects",
        [
            "alphabet_soup", "bbq_sauce", "butter", "chocolate_pudding", "cookies", "cream_cheese", "ketchup", "milk",
            "new_salad_dressing", "orange_juice", "salad_dressing", "tomato_sauce",
        ]),
        ("stable_scanned_objects",
            ["akita_black_bowl", "basket", "chefmate_8_frypan", "glazed_rim_porcelain_ramekin", "plate", "white_bowl"]),
        ("turbosquid_objects",
        [
            "black_book", "desk_caddy", "moka_pot", "porcelain_mug", "red_coffee_mug", "white_yellow_mug", "wine_bottle", "wine_rack",
            "wooden_tray", "wooden_two_layer_shelf", "yellow_book",
        ]),
    ];

    /// <summary>The path of the MJCF of an instance's category.</summary>
    /// <exception cref="EvalCore.EvalCoreException">There is no such category.</exception>
    public static string FileOf(BddlInstance instance, Workspace workspace, BddlProblem problem, SceneFiles files)
    {
        string category = instance.Category;
        foreach (var (folder, known) in Folders)
        {
            string path = files.OfLibero(RelativePath(folder, category));
            if (known.Contains(category) || File.Exists(path))
                return path;
        }

        string hint = Workspace.All.Any(other => other.FixtureCategory == category)
            ? $"; the workspace of {workspace.Domain} is '{workspace.FixtureCategory}'"
            : Nearest.Hint(category, Folders.SelectMany(entry => entry.Categories));
        throw problem.Error(instance.Position, $"unknown category '{category}'{hint}");
    }

    private static string RelativePath(string folder, string category) =>
        folder == Articulated ? $"assets/{folder}/{category}.xml" : $"assets/{folder}/{category}/{category}.xml";
}
