using System.Globalization;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.RegularExpressions;
using EvalCore.Assets;

namespace EvalCore.Hub;

/// <summary>Requests to the Hub. Thread-safe.</summary>
/// <param name="settings">The Hub's address and the token.</param>
internal sealed partial class HubConnection(HubSettings settings)
{
    private const int MostRedirects = 10;
    private const int LongestAnswer = 64 << 20;

    // Redirects are followed here: only here is it decided who gets the token.
    private static readonly HttpClient Http = HttpDownload.NewClient(redirects: false);

    private static readonly ProductInfoHeaderValue Agent = new(
        "evalcore", typeof(HubConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");

    private readonly Uri _endpoint = new(settings.Endpoint);

    /// <summary>Asks for the commit of a revision, and its files.</summary>
    /// <exception cref="HubException">There is none, or the Hub does not answer.</exception>
    public async Task<(string Commit, IReadOnlyList<HubFile> Files)> Revision(HubRepository repository, CancellationToken cancellation)
    {
        var address = new Uri($"{settings.Endpoint}/api/models/{repository.Id}/revision/{Uri.EscapeDataString(repository.Revision ?? HubFiles.MainBranch)}?blobs=true");
        try
        {
            using var response = await Get(repository, null, address, cancellation).ConfigureAwait(false);
            using var body = await HttpDownload.Wait(address, settings.Silence, true, response.Content.ReadAsStreamAsync, cancellation).ConfigureAwait(false);
            using var whole = new MemoryStream();
            await HttpDownload.Read(address, body, settings.Silence, true, Keep, cancellation).ConfigureAwait(false);
            whole.Position = 0;
            var (commit, files) = HubFiles.OfRevision(whole);
            return !repository.IsCommit || repository.Revision == commit
                ? (commit, files)
                : throw new InvalidDataException("the answer is about another commit");

            Task Keep(ReadOnlyMemory<byte> bytes)
            {
                if (whole.Length + bytes.Length > LongestAnswer)
                    throw new InvalidDataException("the answer is too long");
                whole.Write(bytes.Span);
                return Task.CompletedTask;
            }
        }
        catch (DownloadException e)
        {
            throw Unreachable(e);
        }
        catch (InvalidDataException e)
        {
            throw new HubException(
                HubProblem.Unreachable, $"{settings.Host} does not answer as a Hub about '{repository}' ({e.Message}); check HF_ENDPOINT and the network's proxy", e);
        }
    }

    /// <summary>
    /// Asks for a file or an end of it. Redirects are followed; a server that is not the Hub never gets the token.
    /// </summary>
    /// <param name="repository">The repository, for messages.</param>
    /// <param name="file">The file, for messages; null for another request.</param>
    /// <param name="address">The first address, at the Hub.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <param name="from">The first byte that is asked for.</param>
    /// <param name="version">The ETag of the bytes before that; null where it is not known.</param>
    /// <exception cref="HubException">The Hub refuses.</exception>
    /// <exception cref="DownloadException">The connection broke.</exception>
    public async Task<HttpResponseMessage> Get(
        HubRepository repository, string? file, Uri address, CancellationToken cancellation, long from = 0, EntityTagHeaderValue? version = null)
    {
        for (int redirect = 0; redirect <= MostRedirects; redirect++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.Add(Agent);

            // A compressed answer has no ranges, and another length.
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            bool isHub = Uri.Compare(address, _endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
            if (settings.Token is { } token && isHub)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
            if (from > 0)
                request.Headers.Range = new RangeHeaderValue(from, null);
            if (from > 0 && version is { IsWeak: false })
                request.Headers.IfRange = new RangeConditionHeaderValue(version);
            var response = await HttpDownload.Wait(
                address, settings.Silence, false, stop => Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop), cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                response.Dispose();
                var next = new Uri(address, location);
                if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme == "http"))
                    throw new HubException(HubProblem.Refused, $"{address.Host} redirects to {next.Scheme}://{next.Host}, which is not a trusted connection");
                address = next;
                continue;
            }

            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw Refusal(repository, file, response, isHub);
        }

        throw new HubException(HubProblem.Refused, $"{settings.Host} redirects more than {MostRedirects} times for '{repository}'");
    }

    /// <summary>The exception for a connection that broke.</summary>
    public HubException Unreachable(DownloadException e) =>
        new(HubProblem.Unreachable, $"{settings.Host} cannot be reached ({e.Message})", e) { IsTransient = true };

    /// <summary>The exception for an answer that is not what was asked for.</summary>
    private HubException Refusal(HubRepository repository, string? file, HttpResponseMessage response, bool isHub)
    {
        int code = (int)response.StatusCode;
        string? kind = Header("X-Error-Code");
        string page = $"{settings.Endpoint}/{repository.Id}", tokens = $"{settings.Endpoint}/settings/tokens";
        return (code, kind) switch
        {
            (_, "GatedRepo") => Of(HubProblem.Gated, settings.Token is { } token
                ? $"'{repository.Id}' is gated, and the account of the token in {token} has no access: accept its terms at {page}"
                : $"'{repository.Id}' is gated: accept its terms at {page}, and set HF_TOKEN to a token of that account ({tokens})"),
            (_, "RevisionNotFound") => Of(HubProblem.NoRevision, $"'{repository.Id}' has no branch, tag or commit '{repository.Revision ?? HubFiles.MainBranch}' on {settings.Host}"),
            (_, "EntryNotFound") => Of(HubProblem.NoFile, $"'{repository}' has no file {file ?? "of that name"} on {settings.Host}"),
            (_, "RepoNotFound") => NoRepository(),
            (401, _) when isHub && settings.Token is { } token => Of(
                HubProblem.Token, $"{settings.Host} does not know the token in {token}: make a new one at {tokens}, or remove it for a public model"),
            (401 or 404, _) when isHub => NoRepository(),
            (429 or 408 or >= 500, _) => new HubException(
                HubProblem.Unreachable, $"{settings.Host} answers {code} {response.ReasonPhrase}".TrimEnd() + Later()) { IsTransient = true, IsAnswer = true, RetryAfter = RetryAfter(response) },
            _ => Of(HubProblem.Refused, $"{response.RequestMessage?.RequestUri?.Host ?? settings.Host} answers {code} {response.ReasonPhrase}".TrimEnd() + $" for '{repository}'")
        };

        string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

        static HubException Of(HubProblem problem, string message) => new(problem, message);

        HubException NoRepository() => Of(HubProblem.NoRepository, settings.Token is { } token
            ? $"{settings.Host} has no model '{repository.Id}', or the account of the token in {token} has no access to it"
            : $"{settings.Host} has no model '{repository.Id}', or it is private: for a private one set HF_TOKEN to a token of an account with access ({tokens})");

        string Later() => code != 429 ? "" : (RetryAfter(response) is { } wait ? string.Create(CultureInfo.InvariantCulture, $"; try again in {Math.Ceiling(wait.TotalSeconds):0} s") : "; try again later")
            + (settings.Token is null ? ", or set HF_TOKEN: with an account the limits are higher" : "");
    }

    /// <summary>How long a server asks to wait: by <c>Retry-After</c>, or by the Hub's <c>RateLimit</c> where nothing remains.</summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("RateLimit", out var limits) && Limit().Match(string.Join(',', limits)) is { Success: true } limit
            && int.TryParse(limit.Groups["seconds"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
            return TimeSpan.FromSeconds(seconds);
        return response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (response.Headers.Date ?? DateTimeOffset.UtcNow) is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
            _ => null,
        };
    }

    [GeneratedRegex(@"""\w+""\s*;\s*r\s*=\s*0\s*;\s*t\s*=\s*(?<seconds>\d+)")]
    private static partial Regex Limit();
}
