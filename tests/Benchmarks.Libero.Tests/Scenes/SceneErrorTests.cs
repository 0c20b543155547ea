using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Scenes;
using EvalCore;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Scenes;

/// <summary>Tasks that do not fit LIBERO's files, and files that are missing or damaged: one line each.</summary>
public sealed class SceneErrorTests : IDisposable
{
    private const string Task = """
        (define (problem LIBERO_Kitchen_Tabletop_Manipulation)
          (:regions
            (bowl_init_region (:target kitchen_table) (:ranges ((-0.025 -0.1 0.025 0.01))))
            (top_region (:target white_cabinet_1)))
          (:fixtures kitchen_table - kitchen_table white_cabinet_1 - white_cabinet)
          (:objects akita_black_bowl_1 - akita_black_bowl plate_1 - plate)
          (:init (On akita_black_bowl_1 kitchen_table_bowl_init_region))
          (:goal (And (In akita_black_bowl_1 white_cabinet_1_top_region) (On akita_black_bowl_1 plate_1))))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-libero-").FullName;

    public SceneErrorTests() => Machine.NeedsFiles();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("LIBERO_Kitchen_Tabletop", "LIBERO_Kichen_Tabletop", "line 1, column 18: unknown problem 'libero_kichen_tabletop_manipulation'; did you mean 'libero_kitchen_tabletop_manipulation'? (known: libero_tabletop_manipulation, libero_floor_manipulation, libero_kitchen_tabletop_manipulation, libero_living_room_tabletop_manipulation, libero_study_tabletop_manipulation)")]
    [InlineData("- plate", "- platee", "line 6, column 61: unknown category 'platee'; did you mean 'plate'?")]
    [InlineData("- plate", "- ../plate", "line 6, column 61: '../plate' is not a name; names have letters, digits, '_', '-' and '.'")]
    [InlineData("- plate", "- ..", "line 6, column 61: unknown category '..'")]
    [InlineData("- plate", "- floor", "line 6, column 61: unknown category 'floor'; the workspace of libero_kitchen_tabletop_manipulation is 'kitchen_table'")]
    [InlineData("(top_region (:target white_cabinet_1))", "(top_region (:target white_cabinet_1)) (topregion (:target white_cabinet_1))", "line 4, column 45: a white_cabinet has no region 'topregion'; did you mean 'top_region'? (known: top_side, top_region, middle_region, bottom_region)")]
    [InlineData("(top_region (:target white_cabinet_1))", "(top_region (:target white_cabinet_1)) (in_region (:target plate_1))", "line 4, column 45: a plate has no region 'in_region' (it has none)")]
    [InlineData("(:ranges ((-0.025 -0.1 0.025 0.01)))", "", "line 3, column 6: region 'bowl_init_region' of the workspace needs its rectangle (:ranges ((x0 y0 x1 y1)))")]
    [InlineData("((-0.025 -0.1 0.025 0.01))", "((0.025 -0.1 -0.025 0.01))", "line 3, column 6: the rectangle of region 'bowl_init_region' is empty; write the smaller corner first")]
    [InlineData("(:fixtures kitchen_table", "(:fixtures table_1 kitchen_table", "line 5, column 38: the workspace of libero_kitchen_tabletop_manipulation is called 'kitchen_table', not 'table_1'")]
    [InlineData("(On akita_black_bowl_1 plate_1)", "(On akita_black_bowl_1 kitchen_table)", "line 8, column 66: 'on' cannot have the workspace 'kitchen_table' as an argument; name a region of it")]
    public void A_task_that_does_not_fit_the_files_gives_one_line(string valid, string mistake, string line)
    {
        Assert.Contains(valid, Task, StringComparison.Ordinal);
        string text = Task.Replace(valid, mistake, StringComparison.Ordinal);
        var error = Assert.Throws<EvalCoreException>(() => Compose(text, LiberoFiles.Libero));
        Assert.Equal($"my.bddl: {line}", error.Message);
    }

    [Fact]
    public void A_missing_file_gives_one_line()
    {
        string texture = Copy("assets/textures/gray_ceramic_tile.png");
        string mesh = Path.Combine(_folder, "assets", "stable_scanned_objects", "plate", "visual", "model_vis.msh");
        string mjcf = Path.Combine(_folder, "assets", "stable_scanned_objects", "plate", "plate.xml");
        foreach (string path in new[] { texture, mesh, mjcf })
        {
            string kept = path + ".kept";
            File.Move(path, kept);
            Assert.Equal($"{path} is missing: run 'evalcore assets fetch libero'", Refused());
            File.Move(kept, path);
        }

        Assert.NotEmpty(Compose(Task, _folder).Mjcf);
    }

    [Fact]
    public void A_damaged_file_gives_one_line()
    {
        Machine.NeedsLibero();
        Copy("assets/textures/gray_ceramic_tile.png");
        string mjcf = Path.Combine(_folder, "assets", "stable_scanned_objects", "plate", "plate.xml");
        string content = File.ReadAllText(mjcf);
        (string Damage, string Line)[] cases =
        [
            (content[..500], "this is not MJCF: "),
            ("<!DOCTYPE mujoco [<!ENTITY a \"b\">]><mujoco/>", "this is not MJCF: "),
            ("<html/>", "this is not MJCF: the root element is <html>, not <mujoco>"),
            (content.Replace("bottom_site", "low_site", StringComparison.Ordinal), "<site name=\"bottom_site\"> is missing"),
            (content.Replace("\"object\"", "\"thing\"", StringComparison.Ordinal), "<body name=\"object\"> is missing"),
            (content.Replace("0 0 -0.06", "0 0 low", StringComparison.Ordinal), "<site pos=\"0 0 low\">: 'low' is not a number"),
            (content.Replace("0 0 -0.06", "0 0", StringComparison.Ordinal), "<site>: 'pos' needs three numbers"),
        ];
        foreach (var (damage, line) in cases)
        {
            File.WriteAllText(mjcf, damage);
            Assert.StartsWith($"{mjcf}: {line}", Refused(), StringComparison.Ordinal);
        }

        File.WriteAllText(mjcf, content);
        string mesh = Path.Combine(_folder, "assets", "stable_scanned_objects", "plate", "visual", "model_vis.msh");
        File.WriteAllBytes(mesh, new byte[1000]);
        var scene = Compose(Task, _folder);
        string message = Assert.Throws<EvalCoreException>(scene.Compile).Message;
        Assert.StartsWith("my.bddl: the scene does not compile: ", message, StringComparison.Ordinal);
        Assert.Contains("plate_1_model_vis", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_category_of_a_users_own_is_found_by_its_file()
    {
        Copy("assets/textures/gray_ceramic_tile.png");
        string objects = Path.Combine(_folder, "assets", "stable_scanned_objects");
        Directory.Move(Path.Combine(objects, "plate"), Path.Combine(objects, "saucer"));
        File.Move(Path.Combine(objects, "saucer", "plate.xml"), Path.Combine(objects, "saucer", "saucer.xml"));
        var scene = Compose(Task.Replace("- plate", "- saucer", StringComparison.Ordinal), _folder);
        Assert.Contains("assets/stable_scanned_objects/saucer/saucer.xml", scene.LiberoFiles);
        Assert.Equal("saucer", scene.Instances.Single(instance => instance.Name == "plate_1").Category);
    }

    [Fact]
    public void Any_task_that_can_be_read_is_composed_or_refused_with_one_line() => Fuzz.Run(
        [Task],
        text =>
        {
            try
            {
                Compose(text, LiberoFiles.Libero);
            }
            catch (EvalCoreException e)
            {
                Assert.StartsWith("my.bddl: line ", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
            }
        });

    private static Scene Compose(string text, string liberoFolder) =>
        SceneComposer.Compose(BddlReader.Parse(text, "my.bddl"), liberoFolder, LiberoFiles.Robosuite);

    private string Refused() => Assert.Throws<EvalCoreException>(() => Compose(Task, _folder)).Message;

    /// <summary>
    /// Makes a copy of LIBERO's folder, of links to the files but for one and the plate's.
    /// </summary>
    /// <returns>The path of the file in the copy.</returns>
    private string Copy(string file)
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(LiberoFiles.Libero, "assets"), "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(LiberoFiles.Libero, path);
            string copy = Path.Combine(_folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (relative == file || relative.Contains("/plate/", StringComparison.Ordinal))
                File.WriteAllBytes(copy, File.ReadAllBytes(path));
            else
                File.CreateSymbolicLink(copy, path);
        }

        return Path.Combine(_folder, file);
    }
}
