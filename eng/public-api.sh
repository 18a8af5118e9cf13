#!/usr/bin/env bash
# Writes every PublicAPI.Unshipped.txt anew from what the analyzer misses. Review the diff: it is the change of the public API.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
written=no
finish() {
  # What fails leaves the lists as they were.
  if [ "$written" = no ]; then for file in src/*/PublicAPI.Unshipped.txt; do cp "$work/${file//\//+}" "$file"; done; fi
  rm -rf "$work"
}
for file in src/*/PublicAPI.Unshipped.txt; do cp "$file" "$work/${file//\//+}"; done
trap finish EXIT
for file in src/*/PublicAPI.Unshipped.txt; do printf '#nullable enable\n' > "$file"; done
dotnet build GitOps.Core.sln -t:Rebuild -p:TreatWarningsAsErrors=false -v:q -nologo > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
for file in src/*/PublicAPI.Unshipped.txt; do
  project=$(basename "$(dirname "$file")")
  { printf '#nullable enable\n'
    # A type made by a source generator is public API too; the analyzer names the symbol between quotes.
    sed -nE "s/^.*warning RS0016: Symbol '(.*)' is not part of the declared public API.*\/$project\.csproj.*$/\1/p" "$work/log" | LC_ALL=C sort -u
  } > "$file"
  echo "$project: $(($(wc -l < "$file") - 1)) members"
done
written=yes
