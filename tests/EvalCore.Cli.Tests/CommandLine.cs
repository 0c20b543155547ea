using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Options;
using Spectre.Console.Testing;

namespace EvalCore.Cli.Tests;

/// <summary>Runs the program in this process, with a toy suite, as a user would call it from a shell.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly Dictionary<string, string> _variables = [];

    public CommandLine(int width = 120)
    {
        Out.Profile.Width = width;
        Error.Profile.Width = width;
    }

    /// <summary>What <c>doctor</c> looks for.</summary>
    public List<Check> Checks { get; } = [];

    /// <summary>The files that the toy suite needs.</summary>
    public AssetSet? Assets { get; init; }

    /// <summary>Called at each step of the toy suite.</summary>
    public Action? OnStep { get; set; }

    public TestConsole Out { get; } = new();

    public TestConsole Error { get; } = new();

    /// <summary>A folder that is gone afterwards.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public string In(params string[] path) => Path.Combine([Folder, .. path]);

    public Task<int> Run(params string[] args) => Run(CancellationToken.None, args);

    public Task<int> Run(CancellationToken cancellation, params string[] args)
    {
        var registry = new Registry().Add(() => new WalkConfig { OnStep = OnStep, Files = Assets }).Add(new WalkPolicies()).Add(Checks);
        var host = new Host(_variables.GetValueOrDefault, TimeProvider.System, 4);
        return new App(registry, new Terminal(Out, Error, host)).Run(args, cancellation);
    }

    /// <summary>What was printed, without what differs from run to run.</summary>
    public string Scrub(string text) => text.Replace(Folder, "FOLDER", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
