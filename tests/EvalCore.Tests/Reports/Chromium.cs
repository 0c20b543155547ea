using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Tests.Reports;

/// <summary>
/// A Chromium without a window, spoken to by the DevTools protocol. It records what a page asks for and what it complains about.
/// A test without an installed Chromium is skipped.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _answers = new();
    private readonly SemaphoreSlim _sending = new(1);
    private Task _receiving = Task.CompletedTask;
    private TaskCompletionSource _loaded = new();
    private string? _session;
    private int _last;

    private Chromium(Process process, string profile) => (_process, _profile) = (process, profile);

    /// <summary>The URLs that the page asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Errors of scripts, of the console and of the page's policy.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>Starts a Chromium with an empty page.</summary>
    public static async Task<Chromium> Start()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? program = Programs.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is null)
            Assert.Skip("no chromium is installed, which looks at the page");
        string profile = Directory.CreateTempSubdirectory("evalcore-chromium-").FullName;
        var start = new ProcessStartInfo(
            program,
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--hide-scrollbars", $"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var browser = new Chromium(process, profile);
        await browser.Connect();
        return browser;
    }

    /// <summary>Opens a page and waits until it is loaded.</summary>
    /// <param name="url">The page.</param>
    /// <param name="width">The width of the window.</param>
    /// <param name="isDark">Whether the reader prefers dark pages.</param>
    public async Task Open(string url, int width, bool isDark = false)
    {
        await Send("Emulation.setDeviceMetricsOverride", new { width, height = 900, deviceScaleFactor = 1, mobile = false });
        await Send("Emulation.setEmulatedMedia", new { media = "", features = new[] { new { name = "prefers-color-scheme", value = isDark ? "dark" : "light" } } });
        _loaded = new TaskCompletionSource();
        await Send("Page.navigate", new { url });
        await _loaded.Task.WaitAsync(Patience);
    }

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        var answer = await Send("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"];
    }

    /// <summary>The whole page as PNG.</summary>
    public async Task<byte[]> Screenshot()
    {
        var answer = await Send("Page.captureScreenshot", new { format = "png", captureBeyondViewport = true });
        return Convert.FromBase64String((string)answer["data"]!);
    }

    /// <summary>The printed page as PDF.</summary>
    public async Task<byte[]> Print()
    {
        var answer = await Send("Page.printToPDF", new { printBackground = false, paperWidth = 8.27, paperHeight = 11.69 });
        return Convert.FromBase64String((string)answer["data"]!);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Abort();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _socket.Dispose();
        _stop.Dispose();
        _sending.Dispose();
        for (int attempt = 0; attempt < 20 && Directory.Exists(_profile); attempt++)
        {
            try
            {
                Directory.Delete(_profile, recursive: true);
            }
            catch (IOException)
            {
                // A child of the browser still writes.
                await Task.Delay(100);
            }
        }
    }

    private async Task Connect()
    {
        // The browser writes its port and path into its profile.
        string file = Path.Combine(_profile, "DevToolsActivePort");
        var started = Stopwatch.StartNew();
        string[] lines = [];
        while (lines.Length < 2)
        {
            Assert.True(!_process.HasExited && started.Elapsed < Patience, "chromium did not start");
            await Task.Delay(50);
            lines = File.Exists(file) ? await File.ReadAllLinesAsync(file) : [];
        }

        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), _stop.Token).WaitAsync(Patience);
        _receiving = Receive();
        var target = await Send("Target.createTarget", new { url = "about:blank" });
        var attached = await Send("Target.attachToTarget", new { targetId = (string)target["targetId"]!, flatten = true });
        _session = (string)attached["sessionId"]!;
        foreach (string domain in (string[])["Page", "Network", "Runtime", "Log"])
            await Send($"{domain}.enable", new { });
    }

    private async Task<JsonNode> Send(string method, object parameters)
    {
        int id = Interlocked.Increment(ref _last);
        var answer = _answers.GetOrAdd(id, _ => new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously));
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(_session is null ? new { id, method, @params = parameters } : (object)new { id, method, @params = parameters, sessionId = _session });
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _stop.Token);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(Patience);
    }

    private async Task Receive()
    {
        var message = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        while (!_stop.IsCancellationRequested)
        {
            var part = await _socket.ReceiveAsync(buffer, _stop.Token);
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage)
                continue;
            var json = JsonNode.Parse(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length))!;
            message.SetLength(0);
            if ((int?)json["id"] is { } id && _answers.TryRemove(id, out var answer))
                answer.SetResult(json["result"] ?? throw new InvalidOperationException(json.ToJsonString()));
            else
                Note((string?)json["method"], json["params"]);
        }
    }

    private void Note(string? method, JsonNode? parameters)
    {
        switch (method)
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Network.requestWillBeSent":
                Requests.Enqueue((string)parameters!["request"]!["url"]!);
                break;
            case "Runtime.exceptionThrown":
                Errors.Enqueue(parameters!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when (string?)parameters!["type"] is "error" or "warning" or "assert":
                Errors.Enqueue(parameters.ToJsonString());
                break;
            case "Log.entryAdded" when (string?)parameters!["entry"]!["level"] is "error" or "warning":
                Errors.Enqueue(parameters.ToJsonString());
                break;
        }
    }
}
