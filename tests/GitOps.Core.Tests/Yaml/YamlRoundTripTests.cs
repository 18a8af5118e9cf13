using System.Text;
using GitOps.Yaml;

namespace GitOps.Core.Tests.Yaml;

public sealed class YamlRoundTripTests
{
    [Theory]
    [InlineData(YamlSchema.Kubernetes)]
    [InlineData(YamlSchema.Kustomize)]
    public void Write_WhatTheToolPrinted_IsTheSameBytes(YamlSchema schema)
    {
        var directory = RecordedData.Require("conformance/kustomize");
        var differing = new List<string>();
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(directory, "expected*.yaml", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file, Encoding.UTF8);
            count++;
            try
            {
                var documents = YamlReader.ReadAll(text, Path.GetFileName(Path.GetDirectoryName(file))!, new YamlReaderOptions { Schema = schema });
                if (!string.Equals(YamlWriter.Write(documents), text, StringComparison.Ordinal))
                {
                    differing.Add(file);
                }
            }
            catch (YamlException e)
            {
                differing.Add(e.Message);
            }
        }

        differing.Should().BeEmpty($"{count} recorded outputs are read and written back");
    }
}
