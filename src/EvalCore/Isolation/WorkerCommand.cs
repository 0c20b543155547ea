namespace EvalCore.Isolation;

/// <summary>What the process of an environment is told to do.</summary>
internal enum WorkerCommand : long
{
    /// <summary>Opens the benchmark: the text has the suite's flags. Once, first.</summary>
    Open = 1,

    /// <summary>Makes an environment: the text has the task. The reply's text describes it.</summary>
    Make,

    /// <summary>Makes a renderer: the text has the task. The reply's numbers are its width and height.</summary>
    MakeRenderer,

    /// <summary>Maps the memory of the environment or renderer: the text is its file.</summary>
    Map,

    /// <summary>Resets the environment: the numbers are the episode's index, its seed and its initial state, -1 for none.</summary>
    Reset,

    /// <summary>
    /// Plays actions: the numbers are their count, whether they are float64, what is read after each, and the selection that is observed
    /// after the last where the episode goes on, or -1. The reply's numbers are the count of those that were played, and the selection
    /// that was observed, or -1.
    /// </summary>
    Steps,

    /// <summary>Reads the parts of the current state that the number names.</summary>
    Read,

    /// <summary>Adds a selection of observations: the text has their names, a line each.</summary>
    Select,

    /// <summary>Observes: the number is that of the selection.</summary>
    Observe,

    /// <summary>Sets the simulator's state.</summary>
    SetState,

    /// <summary>The reply's number is 1 where the episode has a warning, which is its text.</summary>
    Warning,

    /// <summary>Renders a frame: the number is the length of the snapshot.</summary>
    Render,

    /// <summary>Disposes the environment or renderer.</summary>
    Close,

    /// <summary>The reply's text describes the device that renders.</summary>
    Device,
}
