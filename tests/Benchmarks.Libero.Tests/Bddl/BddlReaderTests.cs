using System.Text;
using Benchmarks.Libero.Bddl;
using EvalCore;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Bddl;

public sealed class BddlReaderTests
{
    private const string Task = """
        (define (problem LIBERO_Kitchen_Tabletop_Manipulation) ; the workspace
          (:domain robosuite)
          (:language Put the bowl in the drawer)
          (:regions
            (bowl_init_region (:target kitchen_table) (:ranges ((-0.025 -0.1 0.025 1e-2))) (:yaw_rotation ((0 3.14))))
            (top_region (:target white_cabinet_1)))
          (:fixtures kitchen_table - kitchen_table white_cabinet_1 - white_cabinet)
          (:objects akita_black_bowl_1 akita_black_bowl_2 - akita_black_bowl plate_1 - plate)
          (:obj_of_interest akita_black_bowl_1)
          (:init (On akita_black_bowl_1 kitchen_table_bowl_init_region) (Open white_cabinet_1_top_region))
          (:goal (And (In akita_black_bowl_1 white_cabinet_1_top_region) (Close white_cabinet_1_top_region))))
        """;

    [Fact]
    public void The_tasks_of_the_five_suites_are_read_as_LIBERO_reads_them()
    {
        Machine.NeedsFiles();
        Assert.Equal(130, GoldenTask.All.Count);
        foreach (var task in GoldenTask.All)
        {
            var problem = task.Read();
            Assert.Equal(task.Problem, problem.Domain);
            Assert.Equal(task.LanguageBddl, problem.Language);
            Assert.Equal(Instances(task.Objects), problem.Objects);
            Assert.Equal(Instances(task.Fixtures), problem.Fixtures);
            Assert.Equal(task.Init, problem.Init.Select(Words));
            Assert.Equal(task.Goal, problem.Goal.Select(Words));
        }

        static IEnumerable<BddlInstance> Instances(Dictionary<string, string[]> categories) =>
            categories.SelectMany(category => category.Value.Select(name => new BddlInstance(name, category.Key)));

        static IReadOnlyList<string> Words(BddlPredicate predicate) => [predicate.Name, .. predicate.Arguments];
    }

    [Fact]
    public void Regions_instances_and_predicates_keep_the_order_of_the_file()
    {
        var problem = BddlReader.Parse(Task, "task.bddl");
        Assert.Equal(
            [
                new BddlRegion("kitchen_table", "bowl_init_region", new BddlRectangle(-0.025, -0.1, 0.025, 0.01), (0, 3.14)),
                new BddlRegion("white_cabinet_1", "top_region", null, (0, 0)),
            ],
            problem.Regions);
        Assert.Equal(
            [new("akita_black_bowl_1", "akita_black_bowl"), new("akita_black_bowl_2", "akita_black_bowl"), new BddlInstance("plate_1", "plate")],
            problem.Objects);
        Assert.Equal("put the bowl in the drawer", problem.Language);
        Assert.Equal(("open", "white_cabinet_1_top_region"), (problem.Init[1].Name, problem.Init[1].Arguments[0]));
        Assert.Equal("line 10, column 65", problem.Init[1].Position.ToString());
    }

    [Fact]
    public void A_goal_may_be_one_condition_and_a_file_may_lack_optional_groups()
    {
        var problem = BddlReader.Parse("(define (problem p) (:fixtures) (:objects a - b) (:init) (:goal (turnon a)))", "task.bddl");
        Assert.Equal("turnon", Assert.Single(problem.Goal).Name);
        Assert.Empty(problem.Regions);
        Assert.Equal("", problem.Language);
    }

    [Fact]
    public void A_region_of_an_instance_that_the_task_does_not_have_may_stay_unused() =>
        Assert.Equal(3, BddlReader.Parse(Changed("(top_region", "(side (:target drainer_1)) (top_region"), "task.bddl").Regions.Count);

    [Theory]
    [InlineData("(:domain robosuite)", "(:domain robosuite", "line 1, column 1: this '(' is never closed")]
    [InlineData("(:domain robosuite)", "(:domain robosuite))", "line 3, column 3: a second list; the list of line 1, column 1 is closed already")]
    [InlineData("(define", ") (define", "line 1, column 1: ')' closes no list")]
    [InlineData("(define", "task (define", "line 1, column 1: 'task' stands outside of the list (define ...)")]
    [InlineData("(define", "(defin", "line 1, column 1: a BDDL file is a list (define ...)")]
    [InlineData("(:domain robosuite)", "(:domain)", "line 2, column 3: (:domain ...) needs one name")]
    [InlineData("(:domain robosuite)", "(:domain gym)", "line 2, column 12: unknown domain 'gym' (known: robosuite)")]
    [InlineData("(:domain robosuite)", "robosuite", "line 2, column 3: expected a group such as (:objects ...), found 'robosuite'")]
    [InlineData("(:domain robosuite)", "(:goals)", "line 2, column 4: unknown group ':goals'; did you mean ':goal'? (known: problem, :domain, :requirements, :language, :regions, :fixtures, :objects, :obj_of_interest, :init, :goal)")]
    [InlineData("(:domain robosuite)", "(:init)", "line 10, column 4: a second group ':init'; the first is at line 2, column 4")]
    [InlineData("(:fixtures kitchen_table", "(:language kitchen_table", "line 7, column 4: a second group ':language'; the first is at line 3, column 4")]
    [InlineData("(:obj_of_interest akita_black_bowl_1)\n  (:init", "(:obj_of_interest", "line 1, column 1: the group (:init ...) is missing")]
    [InlineData("(:target kitchen_table)", "", "line 5, column 5: region 'bowl_init_region' has no (:target NAME)")]
    [InlineData("(:target kitchen_table)", "(:target kitchen_tabel)", "line 10, column 33: there is no object, fixture or region 'kitchen_table_bowl_init_region'; did you mean 'kitchen_tabel_bowl_init_region'?")]
    [InlineData("(:target white_cabinet_1)", "(:target plat_1)", "line 10, column 71: there is no object, fixture or region 'white_cabinet_1_top_region'")]
    [InlineData("(:target kitchen_table)", "(:traget kitchen_table)", "line 5, column 24: unknown attribute ':traget' of a region; did you mean ':target'? (known: :target, :ranges, :yaw_rotation)")]
    [InlineData("(:yaw_rotation ((0 3.14)))", "(:target a)", "line 5, column 85: a second ':target' of region 'bowl_init_region'")]
    [InlineData("1e-2", "left", "line 5, column 76: 'left' is not a number")]
    [InlineData("1e-2", "nan", "line 5, column 76: 'nan' is not a number")]
    [InlineData(" 1e-2", "", "line 5, column 47: ':ranges' needs one rectangle ((x0 y0 x1 y1))")]
    [InlineData("((-0.025", "((0 0 1 1) (-0.025", "line 5, column 47: ':ranges' needs one rectangle ((x0 y0 x1 y1))")]
    [InlineData("((0 3.14))", "(0 3.14)", "line 5, column 84: ':yaw_rotation' needs one pair of angles ((from to))")]
    [InlineData("(top_region", "(top#region", "line 6, column 6: 'top#region' is not a name; names have letters, digits, '_', '-' and '.'")]
    [InlineData("(top_region", "(bowl_init_region (:target kitchen_table)) (top_region", "line 6, column 6: a second region 'bowl_init_region' of 'kitchen_table'")]
    [InlineData("plate_1 - plate", "plate_1", "line 8, column 70: 'plate_1' has no category; write NAME - CATEGORY")]
    [InlineData("plate_1 - plate", "plate_1 -", "line 8, column 78: no category after '-'; write NAME - CATEGORY")]
    [InlineData("plate_1 - plate", "- plate", "line 8, column 70: no name before '-'; write NAME - CATEGORY")]
    [InlineData("plate_1 - plate", "plate_1 - (plate)", "line 8, column 80: expected a category, found the list that starts with 'plate'")]
    [InlineData("plate_1 - plate", "plate_1 - akita_black_bowl", "line 8, column 80: category 'akita_black_bowl' occurs twice; write all its names before one '- akita_black_bowl'")]
    [InlineData("plate_1 - plate", "white_cabinet_1 - plate", "line 8, column 70: the name 'white_cabinet_1' is taken by line 7, column 44")]
    [InlineData("(Open white_cabinet_1_top_region)", "(Opne white_cabinet_1_top_region)", "line 10, column 66: unknown predicate 'opne'; did you mean 'open'? (known: on, in, open, close, turnon, turnoff, up, true, false)")]
    [InlineData("(Open white_cabinet_1_top_region)", "(Open)", "line 10, column 65: 'open' has 1 argument, not 0")]
    [InlineData("(Open white_cabinet_1_top_region)", "(On plate_1)", "line 10, column 65: 'on' has 2 arguments, not 1")]
    [InlineData("(Open white_cabinet_1_top_region)", "(Open white_cabinet_1_topregion)", "line 10, column 71: there is no object, fixture or region 'white_cabinet_1_topregion'; did you mean 'white_cabinet_1_top_region'?")]
    [InlineData("(Open white_cabinet_1_top_region)", "(On white_cabinet_1_top_region plate_1)", "line 10, column 69: 'white_cabinet_1_top_region' is a region; the first argument of 'on' is an object or a fixture")]
    [InlineData("(Open white_cabinet_1_top_region)", "(In plate_1 white_cabinet_1)", "line 10, column 77: 'white_cabinet_1' is no region; the second argument of 'in' is a region")]
    [InlineData("(Open white_cabinet_1_top_region)", "plate_1", "line 10, column 65: expected a predicate such as (on NAME NAME), found 'plate_1'")]
    [InlineData("(And", "(And) (", "line 11, column 3: a goal is one condition: (:goal (and (...) (...)))")]
    public void A_mistake_gives_one_line_with_its_place(string valid, string mistake, string line) =>
        Assert.Equal($"my task.bddl: {line}", Refused(Changed(valid, mistake)));

    [Fact]
    public void A_predicate_about_a_region_of_an_unknown_instance_is_refused() => Assert.Equal(
        "my task.bddl: line 10, column 71: region 'white_cabinet_2_top_region' is on 'white_cabinet_2', and there is no such object or "
            + "fixture; did you mean 'white_cabinet_1'?",
        Refused(Task.Replace("white_cabinet_1_top_region", "white_cabinet_2_top_region", StringComparison.Ordinal)
            .Replace("(:target white_cabinet_1)", "(:target white_cabinet_2)", StringComparison.Ordinal)));

    [Fact]
    public void A_goal_without_conditions_is_refused() => Assert.Equal(
        "my task.bddl: line 2, column 9: the goal has no condition",
        Refused("(define (problem p) (:fixtures) (:objects a - b) (:init)\n (:goal (and)))"));

    [Theory]
    [InlineData("", "line 1, column 1: the file is empty; a BDDL file is a list (define ...)")]
    [InlineData(" ; nothing\n", "line 1, column 1: the file is empty; a BDDL file is a list (define ...)")]
    [InlineData("()", "line 1, column 1: a BDDL file is a list (define ...)")]
    [InlineData("\n (a\0", "line 2, column 4: this is not a BDDL file: it has a zero byte")]
    public void What_is_not_a_task_is_refused(string text, string line) => Assert.Equal($"my task.bddl: {line}", Refused(text));

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Equal(
        "my task.bddl: line 1, column 101: lists are nested more than 100 deep", Refused(new string('(', 500_000)));

    [Fact]
    public void A_message_shows_no_control_characters_and_only_the_start_of_a_long_word()
    {
        Assert.Equal("my task.bddl: line 1, column 1: 'a?[31mb' stands outside of the list (define ...)", Refused("a\u001B[31mb"));
        string line = Refused(Changed("(Open", $"({new string('x', 900_000)}"));
        Assert.Contains($"unknown predicate '{new string('x', 60)}...'", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 100, 300);
    }

    [Fact]
    public void Files_that_are_no_tasks_are_refused()
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-bddl-").FullName;
        try
        {
            string path = Path.Combine(folder, "task.bddl");
            Assert.StartsWith($"{path} cannot be read (", RefusedFile(path), StringComparison.Ordinal);
            Assert.StartsWith($"{folder} cannot be read (", RefusedFile(folder), StringComparison.Ordinal);
            File.WriteAllBytes(path, [0x50, 0x4B, 3, 4, 0xFF, 0xFE, 0]);
            Assert.Equal($"{path}: this is not a BDDL file: it is not text in UTF-8", RefusedFile(path));
            File.WriteAllBytes(path, new byte[5_000_000]);
            Assert.Equal($"{path}: this is not a BDDL file: it is larger than 1 MiB", RefusedFile(path));
            File.WriteAllText(path, Task, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            Assert.Equal((path, 2), (BddlReader.Read(path).File, BddlReader.Read(path).Goal.Count));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static string RefusedFile(string path) => Assert.Throws<EvalCoreException>(() => BddlReader.Read(path)).Message;
    }

    [Fact]
    public void Damaged_files_are_read_or_refused_with_one_line() => Fuzz.Run(
        [Task, "(define (problem p) (:fixtures) (:objects a - b) (:init) (:goal (turnon a)))"],
        text =>
        {
            try
            {
                BddlReader.Parse(text, "task.bddl");
            }
            catch (EvalCoreException e)
            {
                Assert.StartsWith("task.bddl: line ", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
            }
        });

    private static string Changed(string valid, string mistake)
    {
        Assert.Contains(valid, Task, StringComparison.Ordinal);
        int at = Task.IndexOf(valid, StringComparison.Ordinal);
        return string.Concat(Task.AsSpan(0, at), mistake, Task.AsSpan(at + valid.Length));
    }

    private static string Refused(string text) =>
        Assert.Throws<EvalCoreException>(() => BddlReader.Parse(text, "my task.bddl")).Message;
}
