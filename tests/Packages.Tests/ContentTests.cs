using System.IO.Compression;
using System.Xml.Linq;

namespace Packages.Tests;

/// <summary>What the packages contain.</summary>
public sealed class ContentTests(PackageFeed feed)
{
    private static readonly string[] Tools = ["EvalCore.Cli"];

    public static TheoryData<string> Libraries() => [.. Directory.GetFiles(Path.Combine(Goldens.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetFileNameWithoutExtension(file)).Except(Tools).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_has_its_assembly_and_documentation_and_no_library_of_others(string id)
    {
        using var package = Open(id);
        string[] files = [.. package.Entries.Select(entry => entry.FullName).Where(IsContent).Order(StringComparer.Ordinal)];
        string[] expected = [$"{id}.nuspec", "README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), files.Where(file => !file.StartsWith("buildTransitive/", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(feed.Folder, $"{id}.{feed.Version}.snupkg")), "there are no symbols");
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_says_what_it_is_and_under_which_licence(string id)
    {
        using var package = Open(id);
        using var nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single();
        string Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value ?? "";
        Assert.Equal("Apache-2.0", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Equal("EvalCore contributors", Value("authors"));
        Assert.NotEqual("Package Description", Value("description"));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void MSBuild_files_are_those_that_this_repository_builds_with(string id)
    {
        using var package = Open(id);
        foreach (var entry in package.Entries.Where(entry => entry.FullName.StartsWith("buildTransitive/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(entry.Open());
            Assert.Equal(File.ReadAllText(Path.Combine(Goldens.Root, "build", entry.Name)), reader.ReadToEnd());
        }
    }

    private ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(feed.Folder, $"{id}.{feed.Version}.nupkg"));

    /// <summary>Whether a file is more than the package format's own bookkeeping.</summary>
    private static bool IsContent(string file) =>
        file != "[Content_Types].xml" && !file.StartsWith("_rels/", StringComparison.Ordinal) && !file.StartsWith("package/", StringComparison.Ordinal);
}
