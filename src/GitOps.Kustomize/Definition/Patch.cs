namespace GitOps.Kustomize.Definition;

internal sealed record Patch(string Path, string Text, Selector? Target, bool AllowNameChange = false, bool AllowKindChange = false)
{
    public static Patch Read(ConfigReader reader)
    {
        var patch = new Patch(reader.Text("path"), reader.Text("patch"), reader.Object("target", Selector.Read));
        if (reader.Object("options") is { } options)
        {
            patch = patch with { AllowNameChange = options.Flag("allowNameChange"), AllowKindChange = options.Flag("allowKindChange") };
            options.Finish();
        }

        return patch;
    }
}
