namespace Benchmarks.Libero.Objects;

/// <summary>
/// How a reset turns the objects of a category: one rotation, or two, one after the other. Fixtures are turned by the yaw of
/// their region instead. Source: LIBERO, <c>envs/objects/</c>.
/// </summary>
internal static class ObjectRotation
{
    private const int X = 0;
    private const int Y = 1;
    private const int Z = 2;
    private const double Quarter = Math.PI / 2;

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<AxisRotation>> ByCategory = Table(
        ([new(X, Quarter, Quarter)],
            ["akita_black_bowl", "basket", "bbq_sauce", "chefmate_8_frypan", "cookies", "glazed_rim_porcelain_ramekin", "plate", "white_bowl"]),
        ([new(Z, Quarter, Quarter)],
            ["alphabet_soup", "tomato_sauce"]),
        ([new(X, Quarter, Quarter), new(Z, Quarter, Quarter)],
            ["ketchup", "milk", "new_salad_dressing", "orange_juice", "salad_dressing"]),
        ([new(X, 0, 0)],
            ["butter", "chocolate_pudding", "cream_cheese", "desk_caddy", "moka_pot", "wine_bottle", "wine_rack", "wooden_tray", "wooden_two_layer_shelf"]),
        ([new(X, -Quarter, -Math.PI / 4)],
            ["black_book", "yellow_book"]),
        ([new(X, -Quarter, -Quarter)],
            ["porcelain_mug", "red_coffee_mug", "white_yellow_mug"]),
        ([new(X, Math.PI / 4, Quarter)],
            ["microwave", "white_cabinet", "wooden_cabinet"]),
        ([new(Y, 0, 0)],
            ["flat_stove"]));

    /// <summary>The rotations of a category; null when there is no such category.</summary>
    public static IReadOnlyList<AxisRotation>? Find(string category) => ByCategory.GetValueOrDefault(category);

    private static Dictionary<string, IReadOnlyList<AxisRotation>> Table(params (AxisRotation[] Rotations, string[] Categories)[] rows) => rows
        .SelectMany(row => row.Categories, (row, category) => (category, row.Rotations))
        .ToDictionary(entry => entry.category, entry => (IReadOnlyList<AxisRotation>)entry.Rotations);
}
