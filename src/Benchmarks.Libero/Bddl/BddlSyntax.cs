using System.Text;
using EvalCore;

namespace Benchmarks.Libero.Bddl;

/// <summary>
/// The syntax of BDDL files: one list of words and lists. A semicolon starts a comment that ends with its line; the case of
/// letters does not matter (bddl 1.0.1, <c>parsing.py</c>).
/// </summary>
internal static class BddlSyntax
{
    /// <summary>The largest file that is read. Those of LIBERO have at most 4 kB.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>The deepest nesting of lists. LIBERO's files have 5 levels.</summary>
    private const int MaxDepth = 100;

    /// <summary>Reads a file as text.</summary>
    /// <exception cref="EvalCoreException">It cannot be read, is too large, or is not text in UTF-8.</exception>
    public static string ReadText(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            byte[] bytes = new byte[MaxBytes + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
                throw new EvalCoreException($"{path}: this is not a BDDL file: it is larger than {MaxBytes >> 20} MiB");
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new EvalCoreException($"{path}: this is not a BDDL file: it is not text in UTF-8", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead(path, e);
        }
    }

    /// <summary>Reads the list that is a file's whole content.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="EvalCoreException">The parentheses do not match, or there is no list or more than one.</exception>
    public static BddlList Parse(string text, string file)
    {
        // The lists that are open, outermost first.
        var open = new Stack<(BddlPosition Position, List<BddlNode> Items)>();
        BddlList? whole = null;
        int line = 1, lineStart = 0;
        for (int at = 0; at < text.Length; at++)
        {
            var position = new BddlPosition(line, at - lineStart + 1);
            switch (text[at])
            {
                case '\n':
                    line++;
                    lineStart = at + 1;
                    break;
                case '\0':
                    throw BddlNode.Error(file, position, "this is not a BDDL file: it has a zero byte");
                case ';':
                    int end = text.IndexOf('\n', at);
                    at = (end < 0 ? text.Length : end) - 1;
                    break;
                case '(' when whole is not null:
                    throw BddlNode.Error(file, position, $"a second list; the list of {whole.Position} is closed already");
                case '(' when open.Count == MaxDepth:
                    throw BddlNode.Error(file, position, $"lists are nested more than {MaxDepth} deep");
                case '(':
                    open.Push((position, []));
                    break;
                case ')' when open.Count == 0:
                    throw BddlNode.Error(file, position, "')' closes no list");
                case ')':
                    var (start, items) = open.Pop();
                    var list = new BddlList(items, start);
                    if (open.Count > 0)
                        open.Peek().Items.Add(list);
                    else
                        whole = list;
                    break;
                case var c when char.IsWhiteSpace(c):
                    break;
                default:
                    int length = WordLength(text.AsSpan(at));
                    var word = new BddlWord(text.Substring(at, length).ToLowerInvariant(), position);
                    if (open.Count == 0)
                        throw BddlNode.Error(file, position, $"{word.Shown} stands outside of the list (define ...)");
                    open.Peek().Items.Add(word);
                    at += length - 1;
                    break;
            }
        }

        if (open.Count > 0)
            throw BddlNode.Error(file, open.Peek().Position, "this '(' is never closed");
        return whole ?? throw BddlNode.Error(file, new BddlPosition(1, 1), "the file is empty; a BDDL file is a list (define ...)");
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && text[length] is not ('(' or ')' or ';' or '\0') && !char.IsWhiteSpace(text[length]))
            length++;
        return length;
    }
}
