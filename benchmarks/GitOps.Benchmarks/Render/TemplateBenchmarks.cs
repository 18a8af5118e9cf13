using BenchmarkDotNet.Attributes;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Benchmarks.Render;

/// <summary>The template engine alone: parse a chart-like text, execute it warm, format values.</summary>
[MemoryDiagnoser]
public class TemplateBenchmarks
{
    private const string Helpers = """
        {{- define "app.name" -}}{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}{{- end -}}
        {{- define "app.labels" -}}
        app.kubernetes.io/name: {{ include "app.name" . }}
        app.kubernetes.io/instance: {{ .Release.Name }}
        app.kubernetes.io/managed-by: {{ .Release.Service }}
        {{- end -}}
        """;

    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ include "app.name" . }}
          labels:
            {{- include "app.labels" . | nindent 4 }}
        spec:
          {{- if not .Values.autoscaling.enabled }}
          replicas: {{ .Values.replicas | int }}
          {{- end }}
          template:
            metadata:
              annotations:
                checksum/config: {{ .Values.config | toYaml | sha256sum }}
            spec:
              containers:
              {{- range $i, $c := .Values.containers }}
              - name: {{ printf "%s-%d" $c.name $i | quote }}
                image: "{{ $c.image.repository }}:{{ $c.image.tag | default $.Chart.AppVersion }}"
                {{- with $c.env }}
                env:
                  {{- range $k, $v := . }}
                  - name: {{ $k | upper }}
                    value: {{ $v | quote }}
                  {{- end }}
                {{- end }}
                resources:
                  {{- toYaml $c.resources | nindent 10 }}
              {{- end }}
        """;

    private TemplateSet set = null!;
    private HelmValues data = null!;
    private RunOptions options = null!;

    /// <summary>How many containers the deployment has.</summary>
    [Params(3, 300)]
    public int Containers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        set = Parse();
        options = new RunOptions(HelmFunctionHost.Offline);
        var containers = new List<object?>();
        for (var i = 0; i < Containers; i++)
        {
            containers.Add(Map(
                ("name", "app"),
                ("image", Map(("repository", "registry.example/app"), ("tag", i % 2 == 0 ? "1.0" : null))),
                ("env", Map(("a", "1"), ("b", "two"), ("c", "three words here"))),
                ("resources", Map(("limits", Map(("cpu", "100m"), ("memory", "128Mi"))), ("requests", Map(("cpu", "50m")))))));
        }

        var values = Map(
            ("nameOverride", string.Empty), ("replicas", 3d), ("autoscaling", Map(("enabled", false))), ("config", Map(("key", "value"), ("list", new List<object?> { 1d, 2d }))), ("containers", containers));
        data = new HelmValues
        {
            ["Values"] = new HelmValues(values),
            ["Chart"] = Map(("Name", "app"), ("AppVersion", "2.0")),
            ["Release"] = Map(("Name", "rel"), ("Service", "Helm")),
        };
    }

    [Benchmark]
    public object ParseTexts() => Parse();

    [Benchmark]
    public string ExecuteWarm() => set.Execute("chart/templates/deployment.yaml", data, options, CancellationToken.None);

    [Benchmark]
    public string PrintValue() => GoFormatter.ToText(data.Items["Chart"]);

    private static TemplateSet Parse()
    {
        var parsed = new TemplateSet(HelmFunctions.Table);
        parsed.Parse("chart/templates/_helpers.tpl", Helpers);
        parsed.Parse("chart/templates/deployment.yaml", Deployment);
        return parsed;
    }

    private static Dictionary<string, object?> Map(params (string Key, object? Value)[] entries)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            map[key] = value;
        return map;
    }
}
