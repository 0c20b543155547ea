using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>What is sent of an observation, and under which keys.</summary>
internal sealed class RequestMapping
{
    private const string Prefix = "observation.";
    private const string Images = "images.";
    private const string Libero = "libero";

    private readonly GroupField _fields;

    private RequestMapping(params IReadOnlyList<RequestField> fields) => _fields = new GroupField("", fields);

    /// <summary>The observation fields that are read.</summary>
    public IReadOnlyList<string> ObservationKeys => [.. _fields.Reads.Distinct()];

    /// <summary>The keys and what they send, in one line.</summary>
    public string Content => _fields.Content;

    /// <summary>The number of a LIBERO state's values; null where none is sent.</summary>
    public int? StateLength => All(_fields).OfType<LiberoStateField>().Any() ? LiberoStateField.Length : null;

    /// <summary>The mapping of the flags, or the preset of the suite.</summary>
    /// <param name="config">The flags.</param>
    /// <param name="context">The suite.</param>
    /// <param name="observationParams">What a vla-eval server asks for; empty for none.</param>
    /// <exception cref="EvalCoreException">The suite observes something else.</exception>
    public static RequestMapping Of(RemoteConfig config, PolicyContext context, MessagePackMap observationParams)
    {
        bool openpi = config.Protocol == RemoteConfig.Openpi;
        if (config.RequestKeys is { } keys)
            return OfKeys(keys, config, context);
        if (context.Suite == Libero)
            return openpi ? LiberoOfOpenpi(config, context) : LiberoOfVlaEval(config, context, observationParams);
        return openpi ? Usual(config, context) : UsualOfVlaEval(config, context);
    }

    /// <summary>Writes the map of an observation.</summary>
    public void Write(MessagePackWriter writer, Observation observation, EnvTask task) => _fields.Write(writer, observation, task);

    private static IEnumerable<RequestField> All(RequestField field) => field is GroupField group ? group.Fields.SelectMany(All) : [field];

    /// <summary>openpi's <c>examples/libero/main.py</c>: the images are turned by 180 degrees already, as LeRobot turns them.</summary>
    private static RequestMapping LiberoOfOpenpi(RemoteConfig config, PolicyContext context)
    {
        int size = config.ImageSize ?? 224;
        return new RequestMapping(
            Image("observation/image", LiberoImage(context, 0), config, size),
            Image("observation/wrist_image", LiberoImage(context, 1), config, size),
            LiberoState(context, "observation/state", QuaternionRule.Kept, isRounded: false),
            new TaskField("prompt"));
    }

    private static RequestMapping LiberoOfVlaEval(RemoteConfig config, PolicyContext context, MessagePackMap asked)
    {
        List<RequestField> images = [Image("agentview", LiberoImage(context, 0), config, config.ImageSize)];
        if (asked["send_wrist_image"] is true)
            images.Add(Image("wrist", LiberoImage(context, 1), config, config.ImageSize));
        List<RequestField> fields = [new GroupField("images", images), new TaskField("task_description")];
        if (asked["send_state"] is true)
            fields.Add(LiberoState(context, "states", asked["quat_no_antipodal"] is true ? QuaternionRule.Kept : QuaternionRule.Shortest, isRounded: true));
        return new RequestMapping(fields);
    }

    private static ObservationField LiberoImage(PolicyContext context, int camera)
    {
        string key = camera == 0 ? "observation.images.image" : "observation.images.image2";
        return Field(context, key) ?? throw new EvalCoreException(
            $"the environment has no '{key}', which the request for LIBERO has: leave out --env.camera_name and --env.camera_name_mapping, or give --policy.request_keys");
    }

    private static LiberoStateField LiberoState(PolicyContext context, string key, QuaternionRule rule, bool isRounded)
    {
        var field = new LiberoStateField(key, rule, isRounded);
        return field.Reads.All(read => Field(context, read) is not null)
            ? field
            : throw new EvalCoreException("the environment observes no state, which the request for LIBERO has: leave out --env.obs_type, or give --policy.request_keys");
    }

    /// <summary>Every field, under its name with a slash: <c>observation.images.top</c> is <c>observation/top</c>.</summary>
    private static RequestMapping Usual(RemoteConfig config, PolicyContext context) => new(
    [
        .. context.ObservationSpace.Select(field => Value($"observation/{ShortName(field.Key)}", field, config)),
        new TaskField("prompt"),
    ]);

    private static RequestMapping UsualOfVlaEval(RemoteConfig config, PolicyContext context)
    {
        var images = context.ObservationSpace.Where(field => field.Kind == ObservationKind.Image).Select(field => Value(ShortName(field.Key), field, config)).ToList();
        List<RequestField> fields = images.Count > 0 ? [new GroupField("images", images)] : [];
        fields.Add(new TaskField("task_description"));
        fields.AddRange(context.ObservationSpace.Where(field => field.Kind == ObservationKind.Vector)
            .Select(field => Value(field.Key == Prefix + "state" ? "states" : ShortName(field.Key), field, config)));
        return new RequestMapping(fields);
    }

    private static string ShortName(string key)
    {
        string name = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;
        return name.StartsWith(Images, StringComparison.Ordinal) ? name[Images.Length..] : name;
    }

    /// <summary>The mapping of <c>--policy.request_keys</c>: <c>images[top]</c> is the entry <c>top</c> of the map <c>images</c>.</summary>
    private static RequestMapping OfKeys(IReadOnlyDictionary<string, string> keys, RemoteConfig config, PolicyContext context)
    {
        if (keys.Count == 0)
            throw new EvalCoreException("--policy.request_keys: names nothing to send: give {\"KEY\": \"OBSERVATION\"}, or leave it out");
        var groups = new Dictionary<string, List<RequestField>>();
        var fields = new List<RequestField>();
        foreach (var (key, source) in keys)
        {
            int bracket = key.IndexOf('[', StringComparison.Ordinal);
            bool isNested = bracket > 0 && key.EndsWith(']');
            string name = isNested ? key[(bracket + 1)..^1] : key;
            RequestField field = source == TaskField.Source
                ? new TaskField(name)
                : Value(name, Field(context, source) ?? throw Unknown(source, context), config);
            if (!isNested)
            {
                fields.Add(field);
                continue;
            }

            if (!groups.TryGetValue(key[..bracket], out var group))
            {
                groups[key[..bracket]] = group = [];
                fields.Add(new GroupField(key[..bracket], group));
            }

            group.Add(field);
        }

        return new RequestMapping(fields);
    }

    private static EvalCoreException Unknown(string source, PolicyContext context)
    {
        string[] known = [.. context.ObservationSpace.Select(field => field.Key), TaskField.Source];
        return new EvalCoreException(
            $"--policy.request_keys: {context.Source} has no '{source}'{Nearest.Hint(source, known)} (it has {string.Join(", ", known)})");
    }

    private static RequestField Value(string key, ObservationField field, RemoteConfig config) =>
        field.Kind == ObservationKind.Image ? Image(key, field, config, config.ImageSize) : new VectorField(key, field.Key);

    private static ImageField Image(string key, ObservationField field, RemoteConfig config, int? size) =>
        new(key, field, size is 0 ? null : size, config.ImageLayout == RemoteConfig.ChannelsFirst);

    private static ObservationField? Field(PolicyContext context, string key) =>
        context.ObservationSpace.IndexOf(key) is >= 0 and var i ? context.ObservationSpace[i] : null;
}
