namespace Benchmarks.Libero.Tasks;

/// <summary>A task of one of LIBERO's suites.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Id">Its number in the suite, from 0: LIBERO's own order.</param>
/// <param name="Name">Its name.</param>
internal sealed record LiberoTask(LiberoTaskSuite Suite, int Id, string Name)
{
    /// <summary>
    /// The instruction that a policy gets: the name in words, without the scene (LIBERO's <c>grab_language_from_filename</c>).
    /// It differs from the BDDL file's <c>:language</c> for 29 tasks.
    /// </summary>
    public string Language => LanguageOf(Name);

    /// <summary>The BDDL file, in LIBERO's folder.</summary>
    public string BddlFile => $"bddl_files/{Suite.Name}/{Name}.bddl";

    /// <summary>The file of initial states, in LIBERO's folder.</summary>
    public string InitStatesFile => $"init_files/{Suite.Name}/{Name}.pruned_init";

    /// <summary>The instruction that a task's name stands for.</summary>
    public static string LanguageOf(string name)
    {
        const string Scene = "SCENE";
        if (name.Length > 0 && char.IsAsciiLetterUpper(name[0]) && name.IndexOf(Scene, StringComparison.Ordinal) is >= 0 and int scene)
        {
            int words = name.IndexOf('_', scene);
            name = words < 0 ? "" : name[(words + 1)..];
        }

        return name.Replace('_', ' ');
    }
}
