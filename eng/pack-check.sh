#!/usr/bin/env bash
# Proves that the packages work outside the solution: a scratch project restores them from a local folder and runs, the tool installs and runs,
# and every package has a README, symbols and a way to its sources.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=$(cd "${1:?usage: eng/pack-check.sh FOLDER_WITH_PACKAGES}" && pwd)
version=$(basename "$packages"/GitOps.Core.[0-9]*.nupkg .nupkg)
version=${version#GitOps.Core.}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat > "$scratch/nuget.config" <<XML
<configuration>
  <packageSources><add key="local" value="$packages" /></packageSources>
  <config><add key="globalPackagesFolder" value="$scratch/packages" /></config>
  <fallbackPackageFolders><add key="machine" value="${NUGET_PACKAGES:-$HOME/.nuget/packages}" /></fallbackPackageFolders>
</configuration>
XML
cat > "$scratch/scratch.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <FrameworkReference Include="Microsoft.AspNetCore.App" />
    <PackageReference Include="GitOps.Git" Version="$version" />
    <PackageReference Include="GitOps.Helm" Version="$version" />
    <PackageReference Include="GitOps.Kubernetes" Version="$version" />
    <PackageReference Include="GitOps.Kustomize" Version="$version" />
    <PackageReference Include="GitOps.Notifications" Version="$version" />
    <PackageReference Include="GitOps.AspNetCore" Version="$version" />
    <PackageReference Include="GitOps.Testing" Version="$version" />
  </ItemGroup>
</Project>
XML
mkdir -p "$scratch/config"
cat > "$scratch/config/settings.yaml" <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  colour: green
YAML
cp "$here/PackageCheck.cs" "$scratch/"
cat > "$scratch/Program.cs" <<'CS'
using GitOps;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var missing = PackageCheck.Run(args[1]).ToList();
missing.ForEach(Console.Error.WriteLine);
await using var cluster = await InMemoryCluster.StartAsync();
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddGitOps()
    .AddDirectorySource("files", s => s.Directory = Path.Combine(args[0], "config"))
    .AddManifests("settings", m => m.Source = "files")
    .UseKubernetes(k => k.Kubeconfig = cluster.Kubeconfig);
using var host = builder.Build();
var status = await host.Services.GetRequiredService<GitOpsEngine>().ReconcileAsync("settings");
Console.WriteLine($"{status.Name}: {status.Condition(ConditionTypes.Ready)?.Reason}, {status.ObjectCount} object");
return status.IsReady && missing.Count == 0 ? 0 : 1;
CS
cd "$scratch"
dotnet run -- "$scratch" "$packages"

dotnet tool install GitOps.Cli --tool-path "$scratch/tools" --configfile "$scratch/nuget.config" --version "$version" > "$scratch/tool.log" || { cat "$scratch/tool.log"; exit 1; }
printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [settings.yaml]\nnamePrefix: scratch-\n' > "$scratch/config/kustomization.yaml"
"$scratch/tools/gitops" kustomize build "$scratch/config" | tee "$scratch/rendered.yaml"
grep -q 'name: scratch-settings' "$scratch/rendered.yaml"
echo "the tool gitops $version installs and runs"
