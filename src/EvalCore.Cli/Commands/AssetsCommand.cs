using System.CommandLine;
using EvalCore.Assets;
using EvalCore.Cli.Display;
using EvalCore.Cli.Help;
using EvalCore.Options;

namespace EvalCore.Cli.Commands;

/// <summary><c>evalcore assets</c>: the files of benchmarks, where they are, and how they get here.</summary>
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
                    new("evalcore assets", "what there is, and where it is"),
                    new("evalcore assets fetch", "bring everything into the cache, before a machine loses its network"),
                    new("evalcore assets verify metaworld", "compare every file with its SHA-256"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("list", "the sets: the default"),
                        new HelpRow("fetch", "bring what is missing or damaged into the cache; goes on where it stopped"),
                        new HelpRow("verify", "compare every file with its SHA-256"),
                        new HelpRow("set...", $"which of {Known(registry.Assets)}; all where none is named"),
                    ]),
                ],
                [
                    new("0", "done"),
                    new("1", "verify: a file is missing or damaged"),
                    new("2", "what was asked is not possible; a line on stderr says why"),
                ]))
        {
            verb, names,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var sets = Named(registry.Assets, parsed.GetValue(names) ?? []);
            return parsed.GetValue(verb) switch
            {
                null or "list" => Task.FromResult(List(sets, terminal)),
                "fetch" => Fetch(sets, terminal, cancellation),
                "verify" => Task.FromResult(Verify(sets, terminal)),
                { } other => throw new EvalCoreException($"evalcore assets {other}: expected list, fetch or verify"),
            };
        });
        return command;
    }

    private static IReadOnlyList<AssetSet> Named(IReadOnlyList<AssetSet> sets, string[] names) => names.Length == 0 ? sets :
    [
        .. names.Select(name => sets.FirstOrDefault(set => set.Name == name) ?? throw new EvalCoreException(
            $"evalcore assets: no set of files is named '{name}'{Nearest.Hint(name, sets.Select(set => set.Name))} (known: {Known(sets)})")),
    ];

    private static string Known(IReadOnlyList<AssetSet> sets) =>
        sets.Count == 0 ? "none" : string.Join(", ", sets.Select(set => set.Name));

    private static int List(IReadOnlyList<AssetSet> sets, Terminal terminal)
    {
        var store = AssetStore.Default;
        foreach (var set in sets)
        {
            terminal.Writer.WriteLine(
                $"{set.Name}  {set.Title} ({set.Licence}), {set.Files.Count} files, {AssetFetch.Megabytes(set.Bytes)}");
            terminal.Writer.WriteLine($"  {store.Find(set) ?? $"not here: evalcore assets fetch {set.Name}"}");
        }

        return ExitCode.Success;
    }

    private static int Verify(IReadOnlyList<AssetSet> sets, Terminal terminal)
    {
        int problems = 0;
        foreach (var set in sets)
        {
            var found = AssetStore.Default.Verify(set);
            problems += found.Count;
            foreach (string problem in found)
                terminal.Writer.WriteLine(problem);
            terminal.Writer.WriteLine(found.Count == 0
                ? $"{set.Name}: all {set.Files.Count} files are what they should be"
                : $"{set.Name}: {found.Count} of {set.Files.Count} files are missing or damaged: evalcore assets fetch {set.Name}");
        }

        return problems == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<int> Fetch(IReadOnlyList<AssetSet> sets, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var set in sets)
        {
            string folder = await AssetFetch.Run(set, terminal, cancellation).ConfigureAwait(false);
            terminal.Writer.WriteLine($"{set.Name}: {set.Files.Count} files, {AssetFetch.Megabytes(set.Bytes)}, in {folder}");
        }

        return ExitCode.Success;
    }
}
