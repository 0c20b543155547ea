using System.CommandLine;
using EvalCore.Assets;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Diagnostics;
using EvalCore.Evaluation;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary><c>evalcore assets</c>: lists, fetches and verifies the files of benchmarks.</summary>
internal static class AssetsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var verb = new Argument<string?>("verb") { Arity = ArgumentArity.ZeroOrOne };
        var names = new Argument<string[]>("set") { Arity = ArgumentArity.ZeroOrMore };
        var command = new PagedCommand(
            "assets",
            "List, fetch or verify the files of benchmarks.",
            new HelpPage(
                "evalcore assets [list|fetch|verify] [set...]",
                [
                    new("evalcore assets", "list the sets of files and where they are"),
                    new("evalcore assets fetch", "fetch everything into the cache, for a machine that will be offline"),
                    new("evalcore assets verify metaworld", "compare every file with its SHA-256"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("list", "list the sets; the default"),
                        new HelpRow("fetch", "fetch missing and damaged files into the cache, and the engines of their suites; interrupted downloads resume"),
                        new HelpRow("verify", "compare every file with its SHA-256"),
                        new HelpRow("set...", $"the sets, of {Known(registry)}; a suite's name means all of its sets; default: all"),
                    ]),
                ],
                [
                    new("0", "done"),
                    new("1", "verify: a file is missing or damaged"),
                    new("2", "bad input or a missing prerequisite; one line on stderr states the reason"),
                ]))
        {
            verb, names,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string[] given = parsed.GetValue(names) ?? [];
            var sets = given.Length == 0 ? registry.Assets : Named(registry, given);
            return parsed.GetValue(verb) switch
            {
                null or "list" => Task.FromResult(List(sets, terminal)),
                "fetch" => Fetch(sets, registry.Fetchable(given.Length == 0 ? [] : sets), terminal, cancellation),
                "verify" => Task.FromResult(Verify(sets, terminal)),
                { } other => throw new EvalCoreException($"evalcore assets {other}: expected list, fetch or verify"),
            };
        });
        return command;
    }

    private static IReadOnlyList<AssetSet> Named(Registry registry, string[] names) =>
    [
        .. names.SelectMany(name => registry.AssetsNamed(name) ?? throw new EvalCoreException(
            $"evalcore assets: unknown set '{name}'{Nearest.Hint(name, registry.AssetNames)} (known: {Known(registry)})")).DistinctBy(set => set.Name),
    ];

    private static string Known(Registry registry) => registry.Assets.Count == 0
        ? "none"
        : string.Join(", ", registry.Assets.Select(set => set.Parts.Count == 0 ? set.Name : $"{set.Name} (in parts: {string.Join(", ", set.Parts)})"));

    private static int List(IReadOnlyList<AssetSet> sets, Terminal terminal)
    {
        foreach (var set in sets)
        {
            terminal.Writer.WriteLine(
                $"{set.Name}  {set.Title} ({set.Licence}), {set.Files.Count} files, {AssetFetch.Megabytes(set.Bytes)}");
            terminal.Writer.WriteLine($"  {Place(set)}");
            foreach (var part in set.Parts.Select(set.Part))
                terminal.Writer.WriteLine($"  {part.Name}  {part.Files.Count} files, {AssetFetch.Megabytes(part.Bytes)}: {Place(part)}");
        }

        return ExitCode.Success;

        static string Place(AssetSet set) => AssetStore.Default.Find(set) ?? $"not complete here; run evalcore assets fetch {set.Name}";
    }

    private static int Verify(IReadOnlyList<AssetSet> sets, Terminal terminal)
    {
        int problems = 0;

        // Of a set that is not complete, the parts that are.
        foreach (var set in sets.SelectMany(set => set.Parts.Count == 0 || AssetStore.Default.Find(set) is not null ? [set] : set.Parts.Select(set.Part)))
        {
            if (set.Whole != set && AssetStore.Default.Find(set) is null)
            {
                problems++;
                terminal.Writer.WriteLine($"{set.Name}: not complete here; run evalcore assets fetch {set.Name}");
                continue;
            }

            if (set.Files.Count > 0 && !AssetStore.Default.HasAny(set))
            {
                problems++;
                terminal.Writer.WriteLine($"{set.Name}: not here; run evalcore assets fetch {set.Name}");
                continue;
            }

            var found = AssetStore.Default.Verify(set);
            problems += found.Count;
            foreach (string problem in found)
                terminal.Writer.WriteLine(problem);
            terminal.Writer.WriteLine(found.Count == 0
                ? $"{set.Name}: all {set.Files.Count} files are intact"
                : $"{set.Name}: {found.Count} of {set.Files.Count} files are missing or damaged; run evalcore assets fetch {set.Name}");
        }

        return problems == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<int> Fetch(
        IReadOnlyList<AssetSet> sets, IReadOnlyList<Check> engines, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var set in sets)
        {
            string folder = await AssetFetch.Run(set, terminal, cancellation).ConfigureAwait(false);
            terminal.Writer.WriteLine($"{set.Name}: {set.Files.Count} files, {AssetFetch.Megabytes(set.Bytes)}, in {folder}");
        }

        // Every engine is tried: a machine without a network may have some.
        var problems = new List<string>();
        foreach (var engine in engines)
        {
            try
            {
                string found = await Task.Run(engine.Fetch!, cancellation).WaitAsync(cancellation).ConfigureAwait(false);
                terminal.Writer.WriteLine($"{engine.Name}: {found}");
            }
            catch (EvalCoreException e)
            {
                problems.Add(e.Message);
            }
        }

        return problems.Count == 0 ? ExitCode.Success : throw new EvalCoreException(string.Join("; ", problems));
    }
}
