namespace EvalCore.Rollout;

/// <summary>
/// The names of what computes. Bits depend on it: a tensor library chooses its kernels by the processor's instructions, and by the GPU.
/// </summary>
internal static class Hardware
{
    /// <summary>The processor; null where the system does not name it.</summary>
    public static string? Processor { get; } = ProcessorOf(Lines("/proc/cpuinfo"), Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY"))
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");

    /// <summary>The GPUs of NVIDIA's driver, each model once; null where there is none.</summary>
    public static string? Gpu { get; } = GpuOf("/proc/driver/nvidia/gpus");

    /// <summary>The processor of a <c>/proc/cpuinfo</c>.</summary>
    /// <param name="cpuinfo">Its lines.</param>
    /// <param name="capability">The instructions that the tensor library is limited to (<c>ATEN_CPU_CAPABILITY</c>); null for all.</param>
    internal static string? ProcessorOf(IEnumerable<string> cpuinfo, string? capability)
    {
        // Some virtual machines hide the model; its instructions and its number then tell processors apart.
        string[] keys = ["model name", "cpu family", "model", "CPU implementer", "CPU part"];
        var values = cpuinfo.TakeWhile(line => line.Trim().Length > 0).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0].Trim(), parts => parts[1].Trim());
        string text = string.Join(' ', keys.SelectMany(key => values[key].Take(1).Select(value => key == "model name" ? value : $"{key} {value}")));
        if (values["flags"].FirstOrDefault() is { } flags)
        {
            string[] all = flags.Split(' ');
            text += all.Contains("avx512vl") ? " AVX-512" : all.Contains("avx2") ? " AVX2" : "";
        }

        return text.Length == 0 ? null : string.IsNullOrEmpty(capability) ? text : $"{text} (ATEN_CPU_CAPABILITY={capability})";
    }

    private static string? GpuOf(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
                return null;
            var models = Directory.GetDirectories(folder).SelectMany(gpu => Lines(Path.Combine(gpu, "information")))
                .Where(line => line.StartsWith("Model:", StringComparison.Ordinal)).Select(line => line["Model:".Length..].Trim()).Distinct().Order(StringComparer.Ordinal).ToList();
            return models.Count == 0 ? null : string.Join(", ", models);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
