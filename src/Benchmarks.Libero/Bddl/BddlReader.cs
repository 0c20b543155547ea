using System.Globalization;
using EvalCore;
using EvalCore.Options;

namespace Benchmarks.Libero.Bddl;

/// <summary>
/// Reads the BDDL files of tasks (hf-libero 0.1.4, <c>envs/bddl_utils.py</c>). A task that names something that the file
/// does not define is refused. What depends on the files of the benchmark, such as categories, is not checked here.
/// </summary>
internal sealed class BddlReader
{
    private const int MaxNameLength = 100;

    /// <summary>The groups. <c>:requirements</c> is in none of LIBERO's files and has no effect.</summary>
    private static readonly string[] Groups =
    [
        "problem", ":domain", ":requirements", ":language", ":regions", ":fixtures", ":objects", ":obj_of_interest", ":init", ":goal",
    ];

    private static readonly string[] RequiredGroups = ["problem", ":fixtures", ":objects", ":init", ":goal"];

    private static readonly string[] RegionAttributes = [":target", ":ranges", ":yaw_rotation"];

    private readonly string _file;
    private readonly Dictionary<string, BddlList> _groups = [];

    private BddlReader(BddlList define, string file)
    {
        _file = file;
        if (define.Head?.Text != "define")
            throw Error(define, "a BDDL file is a list (define ...)");
        foreach (var node in define.Rest)
        {
            var (head, group) = ListWithHead(node, "a group such as (:objects ...)");
            if (!Groups.Contains(head.Text))
                throw Error(head, $"unknown group {head.Shown}{Nearest.Hint(head.Text, Groups)} (known: {string.Join(", ", Groups)})");
            if (!_groups.TryAdd(head.Text, group))
                throw Error(head, $"a second group {head.Shown}; the first is at {_groups[head.Text].Head!.Position}");
        }

        if (Array.Find(RequiredGroups, name => !_groups.ContainsKey(name)) is { } missing)
            throw Error(define, $"the group ({missing} ...) is missing");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="EvalCoreException">
    /// The file cannot be read or is not a valid task. The message names the file, line and column.
    /// </exception>
    public static BddlProblem Read(string path) => Parse(BddlSyntax.ReadText(path), path);

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">The content.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="EvalCoreException">It is not a valid task.</exception>
    public static BddlProblem Parse(string text, string file) => new BddlReader(BddlSyntax.Parse(text, file), file).Problem();

    private BddlProblem Problem()
    {
        if (_groups.TryGetValue(":domain", out var domain) && OneWord(domain) is { Text: not "robosuite" } other)
            throw Error(other, $"unknown domain {other.Shown} (known: robosuite)");
        var name = OneWord(_groups["problem"]);
        var fixtures = Instances(_groups[":fixtures"]);
        var objects = Instances(_groups[":objects"]);
        CheckUnique(_groups[":fixtures"], _groups[":objects"]);
        var regions = _groups.TryGetValue(":regions", out var group) ? Regions(group) : [];
        var names = new KnownNames(
            fixtures.Concat(objects).Select(instance => instance.Name).ToHashSet(), regions.ToDictionary(region => region.Key));
        return new BddlProblem(
            name.Text,
            regions,
            fixtures,
            objects,
            [.. _groups[":init"].Rest.Select(node => Predicate(node, names))],
            [.. Conjuncts(_groups[":goal"]).Select(node => Predicate(node, names))])
        {
            File = _file,
            Language = _groups.TryGetValue(":language", out var words) ? Words(words) : "",
            Position = name.Position,
        };
    }

    /// <summary>Reads <c>a b - category c - category2</c>.</summary>
    private List<BddlInstance> Instances(BddlList group)
    {
        var instances = new List<BddlInstance>();
        var categories = new HashSet<string>();
        var names = new List<BddlWord>();
        for (int i = 1; i < group.Items.Count; i++)
        {
            var word = Word(group.Items[i], "a name");
            if (word.Text != "-")
            {
                names.Add(Name(word));
                continue;
            }

            if (names.Count == 0)
                throw Error(word, "no name before '-'; write NAME - CATEGORY");
            if (++i == group.Items.Count)
                throw Error(word, "no category after '-'; write NAME - CATEGORY");
            var category = Name(Word(group.Items[i], "a category"));
            if (!categories.Add(category.Text))
                throw Error(category, $"category {category.Shown} occurs twice; write all its names before one '- {category.Text}'");
            instances.AddRange(names.Select(name => new BddlInstance(name.Text, category.Text) { Position = category.Position }));
            names.Clear();
        }

        return names.Count == 0 ? instances : throw Error(names[0], $"{names[0].Shown} has no category; write NAME - CATEGORY");
    }

    /// <summary>Refuses a name that two instances have.</summary>
    private void CheckUnique(params ReadOnlySpan<BddlList> groups)
    {
        var seen = new Dictionary<string, BddlPosition>();
        foreach (var group in groups)
        {
            bool isCategory = false;
            foreach (var word in group.Rest.Cast<BddlWord>())
            {
                if (word.Text != "-" && !isCategory && !seen.TryAdd(word.Text, word.Position))
                    throw Error(word, $"the name {word.Shown} is taken by {seen[word.Text]}");
                isCategory = word.Text == "-";
            }
        }
    }

    private List<BddlRegion> Regions(BddlList group)
    {
        var regions = new List<BddlRegion>();
        var keys = new HashSet<string>();
        foreach (var node in group.Rest)
        {
            var (head, list) = ListWithHead(node, "a region (NAME (:target ...) ...)");
            var region = Region(Name(head), list);
            if (!keys.Add(region.Key))
                throw Error(head, $"a second region {head.Shown} of '{region.Target}'");
            regions.Add(region);
        }

        return regions;
    }

    private BddlRegion Region(BddlWord name, BddlList region)
    {
        BddlWord? target = null;
        BddlRectangle? range = null;
        (double From, double To) yaw = (0, 0);
        var seen = new HashSet<string>();
        foreach (var node in region.Rest)
        {
            var (head, attribute) = ListWithHead(node, "an attribute such as (:target NAME)");
            if (!seen.Add(head.Text))
                throw Error(head, $"a second {head.Shown} of region {name.Shown}");
            switch (head.Text)
            {
                case ":target":
                    target = Name(OneWord(attribute));
                    break;
                case ":ranges":
                    double[] corners = Numbers(attribute, 4, "one rectangle ((x0 y0 x1 y1))");
                    range = new(corners[0], corners[1], corners[2], corners[3]);
                    break;
                case ":yaw_rotation":
                    double[] angles = Numbers(attribute, 2, "one pair of angles ((from to))");
                    yaw = (angles[0], angles[1]);
                    break;
                default:
                    throw Error(
                        head,
                        $"unknown attribute {head.Shown} of a region{Nearest.Hint(head.Text, RegionAttributes)} "
                            + $"(known: {string.Join(", ", RegionAttributes)})");
            }
        }

        // The target may be missing among the instances as long as no predicate uses the region: some of LIBERO's files are so.
        return target is null
            ? throw Error(region, $"region {name.Shown} has no (:target NAME)")
            : new BddlRegion(target.Text, name.Text, range, yaw) { Position = name.Position };
    }

    private BddlPredicate Predicate(BddlNode node, KnownNames names)
    {
        var (head, list) = ListWithHead(node, "a predicate such as (on NAME NAME)");
        var known = BddlPredicates.Arguments;
        if (!known.TryGetValue(head.Text, out int count))
            throw Error(head, $"unknown predicate {head.Shown}{Nearest.Hint(head.Text, known.Keys)} (known: {string.Join(", ", known.Keys)})");
        var arguments = list.Rest.Select(argument => Word(argument, "the name of an object, a fixture or a region")).ToList();
        if (arguments.Count != count)
            throw Error(list, $"'{head.Text}' has {count} argument{(count == 1 ? "" : "s")}, not {arguments.Count}");
        foreach (var argument in arguments)
            CheckArgument(argument, names);
        if (count == 2 && !names.Instances.Contains(arguments[0].Text))
            throw Error(arguments[0], $"{arguments[0].Shown} is a region; the first argument of '{head.Text}' is an object or a fixture");
        if (head.Text == "in" && !names.Regions.ContainsKey(arguments[1].Text))
            throw Error(arguments[1], $"{arguments[1].Shown} is no region; the second argument of 'in' is a region");
        return new BddlPredicate(head.Text, [.. arguments.Select(argument => argument.Text)]) { Position = list.Position };
    }

    private void CheckArgument(BddlWord argument, KnownNames names)
    {
        if (names.Instances.Contains(argument.Text))
            return;
        if (!names.Regions.TryGetValue(argument.Text, out var region))
        {
            string hint = argument.Text.Length <= MaxNameLength ? Nearest.Hint(argument.Text, names.All) : "";
            throw Error(argument, $"there is no object, fixture or region {argument.Shown}{hint}");
        }

        if (!names.Instances.Contains(region.Target))
        {
            throw Error(
                argument,
                $"region '{region.Key}' is on '{region.Target}', and there is no such object or fixture{Nearest.Hint(region.Target, names.Instances)}");
        }
    }

    /// <summary>The conditions of <c>(:goal (and p q))</c> or <c>(:goal p)</c>.</summary>
    private IReadOnlyList<BddlNode> Conjuncts(BddlList group)
    {
        if (group.Items.Count != 2)
            throw Error(group, "a goal is one condition: (:goal (and (...) (...)))");
        var goal = group.Items[1];
        if (goal is not BddlList { Head.Text: "and" } all)
            return [goal];
        return all.Items.Count > 1 ? [.. all.Rest] : throw Error(all, "the goal has no condition");
    }

    private string Words(BddlList group) => string.Join(' ', group.Rest.Select(node => Word(node, "a word").Text));

    /// <summary>Reads the numbers of <c>(:attribute ((1 2 3 4)))</c>.</summary>
    private double[] Numbers(BddlList attribute, int count, string expected)
    {
        if (attribute.Items.Count != 2 || attribute.Items[1] is not BddlList { Items: [BddlList numbers] } || numbers.Items.Count != count)
            throw Error(attribute, $"{attribute.Head!.Shown} needs {expected}");
        return [.. numbers.Items.Select(node => Number(Word(node, "a number")))];
    }

    private double Number(BddlWord word) =>
        double.TryParse(word.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw Error(word, $"{word.Shown} is not a number");

    private BddlWord OneWord(BddlList list) =>
        list.Items.Count == 2 ? Word(list.Items[1], "a name") : throw Error(list, $"({list.Head!.Text} ...) needs one name");

    private BddlWord Word(BddlNode node, string expected) => node as BddlWord ?? throw Error(node, $"expected {expected}, found {node.Shown}");

    private (BddlWord Head, BddlList List) ListWithHead(BddlNode node, string expected) =>
        node is BddlList { Head: { } head } list ? (head, list) : throw Error(node, $"expected {expected}, found {node.Shown}");

    /// <summary>Checks that a word can name a part of a model.</summary>
    private BddlWord Name(BddlWord word)
    {
        if (word.Text.Length > MaxNameLength)
            throw Error(word, $"the name {word.Shown} has more than {MaxNameLength} characters");
        return word.Text != "-" && word.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? word
            : throw Error(word, $"{word.Shown} is not a name; names have letters, digits, '_', '-' and '.'");
    }

    private EvalCoreException Error(BddlNode node, string problem) => BddlNode.Error(_file, node.Position, problem);

    private sealed record KnownNames(HashSet<string> Instances, Dictionary<string, BddlRegion> Regions)
    {
        public IEnumerable<string> All => Instances.Concat(Regions.Keys);
    }
}
