#!/usr/bin/env bash
# Writes every PublicAPI.Unshipped.txt anew from what the analyzer misses. Review the diff: it is the change of the public API.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in src/*/PublicAPI.Unshipped.txt; do printf '#nullable enable\n' > "$file"; done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build GitOps.Core.sln -p:RunAnalyzers=false -v:q -nologo
for project in src/*/PublicAPI.Unshipped.txt; do
  project=$(dirname "$project")
  dotnet build "$project" --no-dependencies -p:TreatWarningsAsErrors=false -v:q -nologo -t:Rebuild > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
  { printf '#nullable enable\n'
    # A type made by a source generator is public API too; the analyzer names the symbol between quotes.
    sed -nE "s/^.*warning RS0016: Symbol '(.*)' is not part of the declared public API.*$/\1/p" "$log" | LC_ALL=C sort -u
  } > "$project/PublicAPI.Unshipped.txt"
  echo "$project: $(($(wc -l < "$project/PublicAPI.Unshipped.txt") - 1)) members"
done
