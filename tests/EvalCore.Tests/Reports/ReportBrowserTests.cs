using System.Text;
using EvalCore.Reports;

namespace EvalCore.Tests.Reports;

/// <summary>
/// The report as a browser shows it. <c>EVALCORE_SCREENSHOTS</c> names a folder that receives the screenshots, for a look at them.
/// </summary>
public sealed class ReportBrowserTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("one_task")]
    [InlineData("compared")]
    [InlineData("grouped")]
    [InlineData("ten_thousand")]
    [InlineData("without_success")]
    public async Task A_page_fits_asks_for_nothing_from_elsewhere_and_has_no_error(string page)
    {
        await using var browser = await Chromium.Start();
        string url = Save(page);
        foreach (var (width, isDark) in ((int, bool)[])[(400, false), (1280, false), (1280, true)])
        {
            await browser.Open(url, width, isDark);
            await Keep($"{page}_{width}{(isDark ? "_dark" : "")}.png", browser.Screenshot);
            Assert.Equal(width, (int?)await browser.Evaluate("document.documentElement.scrollWidth"));

            // What only a table's own frame may do: be wider than the page.
            Assert.Empty((string?)await browser.Evaluate(
                """
                [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre"))
                  .map(e => e.outerHTML.slice(0, 80)).join("\n")
                """) ?? "");
        }

        Assert.Empty(browser.Errors);
        Assert.Equal([url], browser.Requests.Where(request => !request.StartsWith("data:", StringComparison.Ordinal)).Distinct());
        Assert.Equal(0, (int?)await browser.Evaluate("[...document.querySelectorAll('table')].filter(t => !t.caption || !t.tHead || t.querySelector('tbody tr > :first-child:not(th[scope=row])')).length"));
        Assert.Equal(0, (int?)await browser.Evaluate("[...document.querySelectorAll('svg')].filter(s => s.getAttribute('role') !== 'img' || !s.getAttribute('aria-label')).length"));
        Assert.Equal(0, (int?)await browser.Evaluate("document.querySelectorAll('[id]').length - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"));
    }

    [Fact]
    public async Task A_printed_page_is_a_document()
    {
        await using var browser = await Chromium.Start();
        foreach (string page in (string[])["one_task", "compared", "grouped"])
        {
            await browser.Open(Save(page), 1280);
            byte[] pdf = await browser.Print();
            await Keep($"{page}.pdf", () => Task.FromResult(pdf));
            Assert.Equal("%PDF-", Encoding.ASCII.GetString(pdf, 0, 5));
        }

        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task A_heading_sorts_its_table_and_a_filter_hides_rows()
    {
        await using var browser = await Chromium.Start();
        await browser.Open(Save("grouped"), 1280);
        await browser.Evaluate("document.querySelector('#tasks thead th:nth-child(2) button').click()");
        Assert.Equal(
            true,
            (bool?)await browser.Evaluate(
                "(r => r.length > 10 && r.every((v, i) => i === 0 || r[i - 1] <= v))([...document.querySelector('#tasks table').tBodies[0].rows].map(r => parseFloat(r.cells[1].textContent)))"));
        await browser.Evaluate("(i => { i.value = 'place-7-'; i.dispatchEvent(new Event('input')); })(document.querySelector('#tasks .filter input'))");
        Assert.Equal(1, (int?)await browser.Evaluate("[...document.querySelector('#tasks table').tBodies[0].rows].filter(r => !r.hidden).length"));
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task A_script_in_a_name_does_not_run()
    {
        await using var browser = await Chromium.Start();
        const string Name = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">";
        var run = SyntheticRun.Of(2, 3, 0.5, _ => Name, record => record with { TaskGroup = Name }, folder: Name, provenance: SyntheticRun.Provenance(Name));
        await browser.Open(Save("names", new RunReport(run, run)), 1280);
        Assert.Equal("walk · walker: 33.3 %", (string?)await browser.Evaluate("document.title"));
        Assert.Empty(browser.Errors);

        // Nor would it if it were not escaped.
        await browser.Evaluate("document.body.insertAdjacentHTML('beforeend', `<img src='data:,' onerror=\"document.title='ran'\">`); new Promise(done => setTimeout(done, 200))");
        Assert.Equal("walk · walker: 33.3 %", (string?)await browser.Evaluate("document.title"));
        Assert.NotEmpty(browser.Errors);
    }

    private string Save(string page)
    {
        var report = page switch
        {
            "one_task" => new RunReport(SyntheticRun.Of(1, 50, 0.7)),
            "compared" => new RunReport(SyntheticRun.Of(6, 20, 0.7), SyntheticRun.Of(6, 20, 0.9, seed: 2, folder: "before")),
            "grouped" => new RunReport(SyntheticRun.Of(24, 20)),
            "ten_thousand" => new RunReport(SyntheticRun.Of(100, 100)),
            _ => new RunReport(SyntheticRun.Of(1, 20, 0)),
        };
        return Save(page, report);
    }

    private string Save(string page, RunReport report)
    {
        string file = Path.Combine(_folder, $"{page}.html");
        report.Save(file);
        return new Uri(file).AbsoluteUri;
    }

    private static async Task Keep(string name, Func<Task<byte[]>> content)
    {
        if (Environment.GetEnvironmentVariable("EVALCORE_SCREENSHOTS") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name), await content());
    }
}
