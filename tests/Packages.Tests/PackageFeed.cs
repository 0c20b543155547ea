using System.Globalization;
using System.Reflection;

[assembly: AssemblyFixture(typeof(Packages.Tests.PackageFeed))]

namespace Packages.Tests;

/// <summary>
/// This repository's packages in a folder outside it, for projects that have nothing else: packed once, in a version of
/// their own, so that no package of an earlier run is taken for one of these.
/// </summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("evalcore-").FullName;

    /// <summary>The version of all packages.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.0-test.{DateTime.UtcNow.Ticks}");

    /// <summary>The folder with the packages.</summary>
    public string Folder => Path.Combine(_root, "feed");

    /// <summary>Where the packages that the build of this repository has restored are.</summary>
    public static string Restored { get; } = typeof(PackageFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "NuGetPackageRoot").Value!;

    /// <summary>
    /// What <c>dotnet</c> runs with: packages of this feed are unpacked beside it, not into the user's cache.
    /// </summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["NUGET_PACKAGES"] = Path.Combine(_root, "packages"),
    };

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="evalcore" value="{Folder}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="restored" value="{Restored}" />
              </fallbackPackageFolders>
            </configuration>
            """);
        File.Copy(Path.Combine(Goldens.Root, "global.json"), Path.Combine(_root, "global.json"));
        await DotnetProcess.Run(
            "dotnet",
            [
                "build", Path.Combine(Goldens.Root, "build/PackBuilt.proj"), "-nologo", "-warnaserror",
                $"-p:Configuration={Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'))}", $"-p:Version={Version}", $"-p:Feed={Folder}",
            ],
            _root);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return default;
    }

    /// <summary>A new, empty folder whose projects restore from this feed.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
}
