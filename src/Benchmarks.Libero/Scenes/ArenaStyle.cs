using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// The room of a domain: its MJCF, textures and cameras (hf-libero 0.1.4, <c>envs/arenas/</c> and <c>envs/problems/</c>).
/// </summary>
/// <param name="File">The MJCF in <c>assets/scenes</c>.</param>
/// <param name="FloorTexture">The image of the floor in <c>assets/textures</c>.</param>
/// <param name="WallTexture">The image of the walls in <c>assets/textures</c>.</param>
/// <param name="Body">The body that the workspace's zones belong to.</param>
/// <param name="ZoneOffset">The position of the workspace's frame in that body, at the height of the zones, metres.</param>
/// <param name="Cameras">The cameras that are placed or added.</param>
internal sealed record ArenaStyle(
    string File, string FloorTexture, string WallTexture, string Body, Vec3 ZoneOffset, IReadOnlyList<ArenaCamera> Cameras)
{
    private static readonly Quat FromAbove = new(0.6380177736282349, 0.3048497438430786, 0.30484986305236816, 0.6380177736282349);

    private static readonly Quat FromTheFront = new(0.6182166934013367, 0.3432307541370392, 0.3432314395904541, 0.6182177066802979);

    private static readonly Quat Front = new(0.56, 0.43, 0.43, 0.56);

    private static readonly Quat Paper = new(0.513, 0.353, 0.443, 0.645);

    private static readonly ArenaCamera Gallery = new(
        "galleryview",
        new(2.844547668904445, 2.1279684793440667, 3.128616846013882),
        new(0.42261379957199097, 0.23374411463737488, 0.41646939516067505, 0.7702690958976746));

    /// <summary>A plain room with a table.</summary>
    public static ArenaStyle Tabletop { get; } = new(
        "libero_tabletop_base_style.xml", "light-gray-floor-tile.png", "light-gray-plaster.png", "table", new(0, 0, 0.02),
        [
            new("agentview", new(0.6586131746834771, 0, 1.6103500240372423), FromAbove),
            new("frontview", new(1, 0, 1.48), Front),
            Gallery,
        ]) { TableFriction = 0.6 };

    /// <summary>A kitchen with a table.</summary>
    public static ArenaStyle Kitchen { get; } = new(
        "libero_kitchen_tabletop_base_style.xml", "gray_ceramic_tile.png", "yellow_linen_wall_texture.png", "table", new(0, 0, 0.90 - 0.90),
        [
            new("agentview", new(0.6586131746834771, 0, 1.6103500240372423), FromAbove),
            new("frontview", new(1, 0, 1.48), Front),
            Gallery,
            new("paperview", new(2.1, 0.535, 2.075), Paper),
        ]) { TableFriction = 1 };

    /// <summary>A study with a desk.</summary>
    public static ArenaStyle Study { get; } = new(
        "libero_study_base_style.xml", "light-gray-floor-tile.png", "light-gray-plaster.png", "study_table", new(-0.2, 0, 0.867),
        [
            new("agentview", new(0.4586131746834771, 0, 1.6103500240372423), FromAbove),
            new("frontview", new(1, 0, 1.48), Front),
            Gallery,
            new("paperview", new(2.1, 0.535, 2.075), Paper),
        ]);

    /// <summary>A living room with a low table.</summary>
    public static ArenaStyle LivingRoom { get; } = new(
        "libero_living_room_tabletop_base_style.xml", "seamless_wood_planks_floor.png", "light-gray-plaster.png", "living_room_table",
        new(0, 0, 0.41),
        [
            new("agentview", new(0.6065773716836134, 0, 0.96), FromTheFront),
            new("frontview", new(1.5, 0, 0.9), Front),
            Gallery,
            new("paperview", new(2.1, 0.735, 1.875), Paper),
        ]);

    /// <summary>An empty room.</summary>
    public static ArenaStyle Floor { get; } = new(
        "libero_floor_base_style.xml", "light-gray-floor-tile.png", "light-gray-plaster.png", "floor", new(0, 0, 0.02),
        [
            new("agentview", new(0.8965773716836134, 5.216182733499864e-07, 0.65), FromTheFront),
            new("frontview", new(1, 0, 0.65), Front),
            Gallery,
        ]);

    /// <summary>
    /// The sliding friction of the table whose size and height LIBERO sets; null where the table is that of the file.
    /// </summary>
    public double? TableFriction { get; init; }
}
