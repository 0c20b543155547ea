using System.Text.RegularExpressions;

namespace EvalCore.Tests.Reports;

/// <summary>Reads the markup of a page, for tests.</summary>
internal static partial class PageText
{
    private static readonly string[] Void = ["meta", "link", "img", "br", "input", "!DOCTYPE"];

    /// <summary>The names of the elements in their order, after a check that each is closed where it must be.</summary>
    public static IReadOnlyList<string> Elements(string page)
    {
        var open = new Stack<string>();
        var names = new List<string>();
        foreach (Match tag in Tag().Matches(Raw().Replace(page, "<$1></$1>")))
        {
            string name = tag.Groups["name"].Value;
            if (tag.Groups["close"].Length > 0)
            {
                Assert.True(open.TryPop(out string? last) && last == name, $"</{name}> closes <{last}>: {Around(page, tag.Index)}");
                continue;
            }

            names.Add(name);
            if (!Void.Contains(name) && !tag.Value.EndsWith("/>", StringComparison.Ordinal))
                open.Push(name);
        }

        Assert.Empty(open);
        return names;
    }

    /// <summary>The values of the attributes that make a browser load something.</summary>
    public static IEnumerable<string> Loaded(string page) => Source().Matches(page).Select(match => match.Groups[1].Value);

    private static string Around(string page, int at) => page[Math.Max(0, at - 100)..Math.Min(page.Length, at + 100)];

    [GeneratedRegex(@"<(?<close>/?)(?<name>[A-Za-z!][\w:-]*)(""[^""]*""|[^>""])*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<(script|style)>.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Raw();

    [GeneratedRegex(@"\s(?:src|href|srcset|data|poster|action)=""([^""]*)""")]
    private static partial Regex Source();
}
