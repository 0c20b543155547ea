namespace EvalCore.Torch.Tokenizers;

/// <summary>A token that is found in the text as it stands, before anything else is done: <c>added_tokens</c> of the file.</summary>
/// <param name="Content">The text that it stands for.</param>
/// <param name="Id">Its id.</param>
/// <param name="SingleWord">Whether it is found only where no letter, digit or underscore is beside it.</param>
/// <param name="StripsLeft">Whether white space before it belongs to it.</param>
/// <param name="StripsRight">Whether white space after it belongs to it.</param>
/// <param name="Normalized">Whether it is found in the normalised text, and not in the text itself.</param>
internal sealed record AddedToken(string Content, int Id, bool SingleWord, bool StripsLeft, bool StripsRight, bool Normalized);
