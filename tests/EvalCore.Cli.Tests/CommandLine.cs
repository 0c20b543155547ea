using EvalCore.Assets;
using EvalCore.Commands;
using EvalCore.Diagnostics;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Records;
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

    /// <summary>The prerequisites that <c>doctor</c> checks.</summary>
    public List<Check> Checks { get; } = [];

    /// <summary>The environment variables of the program.</summary>
    public Dictionary<string, string> Variables => _variables;

    /// <summary>Sources of policies besides the toy suite's own.</summary>
    public IReadOnlyList<IPolicySource> Policies { get; init; } = [];

    /// <summary>Suites besides the toy suite.</summary>
    public IReadOnlyList<ISuite> Suites { get; init; } = [];

    /// <summary>The program's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sets an environment variable of the program.</summary>
    public void Set(string variable, string value) => _variables[variable] = value;

    /// <summary>The files that the toy suite needs.</summary>
    public AssetSet? Assets { get; init; }

    /// <summary>Called at each step of the toy suite.</summary>
    public Action? OnStep { get; set; }

    /// <summary>Called before each frame of the toy suite's videos.</summary>
    public Action? OnFrame { get; set; }

    public TestConsole Out { get; } = new();

    public TestConsole Error { get; } = new();

    /// <summary>A temporary folder, deleted on dispose.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public string In(params string[] path) => Path.Combine([Folder, .. path]);

    public Task<int> Run(params string[] args) => Run(CancellationToken.None, args);

    public Task<int> Run(CancellationToken cancellation, params string[] args)
    {
        var suite = new WalkSuite(() => new WalkConfig { OnStep = OnStep, OnFrame = OnFrame, Files = Assets }) { Policies = [new WalkPolicies(), .. Policies], Checks = Checks };
        var host = new Host(_variables.GetValueOrDefault, Time, 4);
        var registry = new Registry { Worker = EvalCore.Tests.Isolation.TestWorker.Program };
        foreach (var other in Suites)
            registry.Add(other);
        return new EvalCoreApp(registry.Add(suite).Add(new ParquetSteps()).Add(new DuckDbQueries()).Add(new SqliteHistory(TimeSpan.FromSeconds(1))), new Terminal(Out, Error, host)).Run(args, cancellation);
    }

    /// <summary>Replaces the temporary folder, which differs between runs.</summary>
    public string Scrub(string text) => text.Replace(Folder, "FOLDER", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
