using System.Text.Json.Nodes;
using EvalCore.Options;

namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// FAST (Pertsch et al., 2025): actions as tokens. The discrete cosine transform of each action component along time, scaled
/// and rounded, is a text of one letter for each coefficient, which byte-pair encoding makes shorter.
/// </summary>
internal sealed class FastTokenizer
{
    /// <summary>The name of its configuration.</summary>
    public const string ConfigName = "processor_config.json";

    private readonly Tokenizer _tokenizer;
    private readonly double _scale;
    private readonly int _minToken;

    private FastTokenizer(Tokenizer tokenizer, double scale, int minToken, string config)
    {
        (_tokenizer, _scale, _minToken) = (tokenizer, scale, minToken);
        Files = [.. tokenizer.Files, config];
    }

    /// <summary>The files that it was read from.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Reads <c>tokenizer.json</c> and <c>processor_config.json</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="EvalCoreException">A file is missing or damaged.</exception>
    public static FastTokenizer Load(string folder)
    {
        string path = Path.Combine(folder, ConfigName);
        var fields = JsonFile.Read(path, "the configuration of a FAST tokenizer");
        double scale = Number("scale");
        double minToken = Number("min_token");
        if (!(scale > 0) || minToken != Math.Floor(minToken) || Math.Abs(minToken) > 0x10FFFF)
            throw new EvalCoreException($"{path}: scale is {scale} and min_token is {minToken}; scale must be positive, and min_token a whole number");
        return new FastTokenizer(Tokenizer.Load(folder), scale, (int)minToken, path);

        double Number(string field) => fields[field] is JsonValue value && value.TryGetValue(out double number)
            ? number
            : throw new EvalCoreException($"{path}: '{field}' is missing or is no number");
    }

    /// <summary>
    /// The actions of tokens, as LeRobot v0.6.1 decodes them: missing coefficients are zero, further ones are left out, and an
    /// id below zero makes all of them zero.
    /// </summary>
    /// <param name="ids">The tokens' ids.</param>
    /// <param name="steps">How many actions there are.</param>
    /// <param name="dimension">How many numbers each has.</param>
    /// <returns>[steps, dimension] in the policy's units.</returns>
    public float[] Decode(IReadOnlyList<int> ids, int steps, int dimension)
    {
        double[] coefficients = new double[steps * dimension];
        if (ids.All(id => id >= 0))
        {
            int i = 0;
            foreach (var letter in _tokenizer.Decode(ids).EnumerateRunes().Take(coefficients.Length))
                coefficients[i++] = (letter.Value + _minToken) / _scale;
        }

        // The inverse of the orthonormal DCT-II, along time.
        float[] actions = new float[coefficients.Length];
        for (int t = 0; t < steps; t++)
        {
            for (int d = 0; d < dimension; d++)
            {
                double sum = coefficients[d] * Math.Sqrt(1.0 / steps);
                for (int k = 1; k < steps; k++)
                    sum += coefficients[k * dimension + d] * Math.Sqrt(2.0 / steps) * Math.Cos(Math.PI * (2 * t + 1) * k / (2.0 * steps));
                actions[t * dimension + d] = (float)sum;
            }
        }

        return actions;
    }
}
