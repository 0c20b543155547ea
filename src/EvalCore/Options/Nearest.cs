namespace EvalCore.Options;

/// <summary>Finds the known name that is closest to a misspelt one.</summary>
public static class Nearest
{
    /// <summary>
    /// The candidate closest to a name by edit distance (Damerau-Levenshtein, a swap of adjacent letters is one edit),
    /// or null when none is close.
    /// </summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = Math.Max(2, name.Length / 4) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate);
            if (distance < bestDistance && distance < Math.Max(name.Length, candidate.Length))
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary><c>; did you mean 'x'?</c> for the end of a message, or another hint when nothing is close.</summary>
    public static string Hint(string name, IEnumerable<string> candidates, string otherwise = "") =>
        To(name, candidates) is { } near ? $"; did you mean '{near}'?" : otherwise;

    /// <summary>The number of edits between two names.</summary>
    internal static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1];
        int[] last = new int[b.Length + 1];
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];
    }
}
