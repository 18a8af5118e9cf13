using CsCheck;

namespace GitOps.Helm.Tests.Charts;

public sealed class ChartLoaderTests
{
    [Theory]
    [InlineData("apiVersion: v2\nname: a/b\nversion: 1.0.0\n", "\"a/b\" is invalid")]
    [InlineData("apiVersion: v2\nname: ..\nversion: 1.0.0\n", "is not allowed")]
    [InlineData("apiVersion: v2\nversion: 1.0.0\n", "name is required")]
    [InlineData("apiVersion: v2\nname: a\n", "version is required")]
    [InlineData("apiVersion: v2\nname: a\nversion: x\n", "version \"x\" is invalid")]
    [InlineData("apiVersion: v2\nname: a\nversion: 1.0.0\ntype: other\n", "application or library")]
    [InlineData("apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [null]\n", "maintainers must not")]
    [InlineData("apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: x, alias: a.b}]\n", "disallowed characters")]
    [InlineData("apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: x}, {name: x}]\n", "more than one dependency")]
    [InlineData("apiVersion: v2\nname: a\nversion: 1.0.0\nkeywords: word\n", "cannot unmarshal string into Go struct field Metadata.keywords")]
    [InlineData("apiVersion: v3\nname: a\nversion: 1.0.0\n", "invalid chart apiVersion")]
    [InlineData("apiVersion: v9\nname: a\nversion: 1.0.0\n", "unsupported chart version")]
    [InlineData("apiVersion: v2\nname: [\n", "cannot load Chart.yaml")]
    public void LoadDirectory_BadChartYaml_SaysWhatIsWrong(string chartYaml, string message)
    {
        var act = () => HelmChart.LoadDirectory(ChartBuilder.Tree(("Chart.yaml", chartYaml)), TreePath.Root);

        act.Should().Throw<HelmException>().Which.Message.Should().Contain(message);
    }

    [Fact]
    public void LoadDirectory_NoChart_SaysWhere()
    {
        var act = () => HelmChart.LoadDirectory(ChartBuilder.Tree(("a/values.yaml", "")), TreePath.Parse("a"));

        act.Should().Throw<HelmException>().Which.Message.Should().Contain("unable to detect chart at a/Chart.yaml");
    }

    [Fact]
    public void LoadDirectory_FieldNamesInOtherCase_AreRead()
    {
        var chart = ChartBuilder.Chart(("Chart.yaml", "APIVERSION: v2\nName: demo\nVersion: 1.0\nappversion: 0x10\n"));

        (chart.Name, chart.Version, chart.AppVersion).Should().Be(("demo", "1", "16"));
    }

    [Fact]
    public void LoadDirectory_RequirementsOfV1_AreDependenciesAndFile()
    {
        var chart = ChartBuilder.Chart(
            ("Chart.yaml", "name: demo\nversion: 1.0.0\n"),
            ("requirements.yaml", "dependencies:\n- {name: sub, version: 1.x}\n"),
            ("charts/sub/Chart.yaml", "name: sub\nversion: 1.0.0\n"));

        chart.Root.Metadata.Dependencies.Should().ContainSingle();
        chart.Root.Files.Select(f => f.Name).Should().Contain("requirements.yaml");
    }

    [Fact]
    public void LoadDirectory_FilesInChartsFolder_ArePassedOverOnlyWithUnderscoreOrDot()
    {
        ChartBuilder.Chart(("charts/_note.txt", "x"), ("charts/.keep", "")).Root.Dependencies.Should().BeEmpty();
        var act = () => ChartBuilder.Chart(("charts/README.md", "x"));
        act.Should().Throw<HelmException>().Which.Message.Should().Contain("error unpacking subchart README.md in demo: Chart.yaml file is missing");
    }

    [Fact]
    public void LoadDirectory_SymbolicLinkInACircleOrOutOfTheTree_IsRefusedUnlessIgnored()
    {
        var root = Directory.CreateTempSubdirectory("gitops-helm-");
        try
        {
            File.WriteAllText(Path.Combine(root.FullName, "secret"), "secret");
            var chart = root.CreateSubdirectory("chart");
            File.WriteAllText(Path.Combine(chart.FullName, "Chart.yaml"), ChartBuilder.ChartYaml);
            File.CreateSymbolicLink(Path.Combine(chart.FullName, "stolen"), Path.Combine(root.FullName, "secret"));
            Directory.CreateSymbolicLink(Path.Combine(chart.FullName, "loop"), chart.FullName);

            var act = () => HelmChart.LoadDirectory(new DirectoryFileTree(chart.FullName), TreePath.Root);

            act.Should().Throw<HelmException>().Which.Message.Should().Contain("circle");
            Directory.Delete(Path.Combine(chart.FullName, "loop"));
            act.Should().Throw<HelmException>().WithMessage("chart file \"stolen\": the symbolic link stolen leads to nothing or out of the source's files, where nothing is read: put a copy in its place");
            File.WriteAllText(Path.Combine(chart.FullName, ".helmignore"), "stolen\n");
            HelmChart.LoadDirectory(new DirectoryFileTree(chart.FullName), TreePath.Root).Root.Files.Select(f => f.Name).Should().Equal(".helmignore");
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void LoadDirectory_LargeFile_IsRefused()
    {
        var act = () => HelmChart.LoadDirectory(ChartBuilder.Tree(("Chart.yaml", ChartBuilder.ChartYaml), ("big", new string('x', 200))), TreePath.Root, new ChartLimits { MaxFileSize = 100 });

        act.Should().Throw<HelmException>().Which.Reason.Should().Be(Reasons.LimitExceeded);
    }

    [Fact]
    public void LoadDirectory_AnyChartYaml_GivesAChartOrAHelmException() =>
        Gen.Char["apiVersionme:v12.0-[]{}\n \"'&*!|>#%@,depnci"].Array[0, 60].Select(c => "apiVersion: v2\nname: a\n" + new string(c)).Sample(text =>
        {
            try
            {
                HelmChart.LoadDirectory(ChartBuilder.Tree(("Chart.yaml", text), ("values.yaml", text), ("requirements.yaml", text)), TreePath.Root);
            }
            catch (HelmException)
            {
                // What is no chart is refused, and in no other way.
            }
        });

    [Fact]
    public void Digest_SameFiles_IsTheSame()
    {
        ChartBuilder.Chart(("a", "1")).Digest.Should().Be(ChartBuilder.Chart(("a", "1")).Digest);
        ChartBuilder.Chart(("a", "1")).Digest.Should().NotBe(ChartBuilder.Chart(("a", "2")).Digest);
        ChartBuilder.Chart(("a", "b1")).Digest.Should().NotBe(ChartBuilder.Chart(("ab", "1")).Digest);
    }
}
