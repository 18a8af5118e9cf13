#!/usr/bin/env bash
# Provides a real etcd and kube-apiserver for the integration tests and prints the folder that holds them.
#
#   eng/envtest.sh            prints the folder; everything else goes to stderr
#   export KUBEBUILDER_ASSETS="$(eng/envtest.sh)"
#
# In this order:
#   1. what KUBEBUILDER_ASSETS names, the envtest convention;
#   2. what an earlier run left in the user's cache folder;
#   3. the official envtest archive (ENVTEST_VERSION, default below; ENVTEST_OFFICIAL=0 skips it);
#   4. on Debian: a build of Kubernetes 1.20.2 from Debian's own source package, about four minutes on two cores.
set -euo pipefail

version="${ENVTEST_VERSION:-1.33.0}"
cache="${XDG_CACHE_HOME:-${HOME:?}/.cache}/gitops-core/envtest"
log() { printf 'envtest: %s\n' "$*" >&2; }
die() { log "$*"; exit 1; }
complete() { [ -x "$1/etcd" ] && [ -x "$1/kube-apiserver" ]; }

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  complete "$KUBEBUILDER_ASSETS" || die "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS holds no etcd and kube-apiserver: correct or unset it."
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi

mkdir -p "$cache"
exec 8>"$cache/.lock"
flock 8

for known in "$cache/$version" "$cache/debian-1.20.2"; do
  if complete "$known"; then
    echo "$known"
    exit 0
  fi
done

# The archive is only taken when its published checksum matches.
official() {
  local os arch name url work
  os="$(uname -s | tr '[:upper:]' '[:lower:]')"
  case "$(uname -m)" in
    x86_64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) return 1 ;;
  esac
  name="envtest-v$version-$os-$arch.tar.gz"
  url="https://github.com/kubernetes-sigs/controller-tools/releases/download/envtest-v$version/$name"
  work="$(mktemp -d "$cache/.download.XXXXXX")"
  if curl --fail --silent --show-error --location --connect-timeout 10 --max-time 300 -o "$work/$name" "$url" \
    && curl --fail --silent --show-error --location --connect-timeout 10 --max-time 60 -o "$work/$name.sha512" "$url.sha512" \
    && [ "$(sha512sum "$work/$name" | cut -d' ' -f1)" = "$(cut -d' ' -f1 "$work/$name.sha512")" ] \
    && tar -xzf "$work/$name" -C "$work" \
    && complete "$work/controller-tools/envtest"; then
    mv "$work/controller-tools/envtest" "$cache/$version"
    rm -rf "$work"
    return 0
  fi
  rm -rf "$work"
  return 1
}

if [ "${ENVTEST_OFFICIAL:-1}" = 1 ] && command -v curl >/dev/null; then
  if official; then
    echo "$cache/$version"
    exit 0
  fi
  log "the official archive $version is not to be had here"
fi

command -v apt-get >/dev/null || die "no official archive and no Debian: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver."
[ "$(id -u)" = 0 ] || die "building from Debian's packages installs the Go compiler: run as root, or set KUBEBUILDER_ASSETS."

# From here on: Debian's packages. The source entries live in a private folder, so the machine's own apt configuration stays as it is.
build="$cache/.build"
target="$cache/debian-1.20.2"
rm -rf "$build"
mkdir -p "$build/apt/lists/partial" "$build/apt/parts" "$build/go/src/k8s.io" "$build/packages"
trap 'rm -rf "$build"' EXIT

export DEBIAN_FRONTEND=noninteractive
log "installing the Go compiler"
{
  apt-get update -q || log "apt-get update reported a problem; going on with what is known"
  apt-get install -qy --no-install-recommends golang-go golang-github-modern-go-reflect2-dev dpkg-dev xz-utils
} >&2

go version | grep -q 'go1\.1[5-9]\|go1\.2' || die "the Go compiler $(go version) is too old"

# etcd is taken out of its package rather than installed: installing it would start a service.
log "fetching etcd"
(cd "$build/packages" && apt-get download etcd-server >&2 && dpkg -x etcd-server_*.deb "$build/etcd")

log "fetching the source of kube-apiserver"
printf 'deb-src http://deb.debian.org/debian bookworm main\n' >"$build/apt/sources.list"
source_apt=(-o "Dir::Etc::sourcelist=$build/apt/sources.list" -o "Dir::Etc::sourceparts=$build/apt/parts" -o "Dir::State::lists=$build/apt/lists" -o APT::Sandbox::User=root)
apt-get "${source_apt[@]}" update -q >&2
(cd "$build/packages" && apt-get "${source_apt[@]}" source -q --only-source --download-only kubernetes=1.20.2* >&2 \
  || apt-get "${source_apt[@]}" source -q --only-source --download-only kubernetes >&2)
kubernetes="$build/go/src/k8s.io/kubernetes"
dpkg-source --no-check -x "$build"/packages/kubernetes_*.dsc "$kubernetes" >&2

export GOPATH="$build/go" GO111MODULE=off GOFLAGS= CGO_ENABLED=0 GOCACHE="$build/gocache"
cd "$kubernetes"

# The vendored reflect2 crashes when built with Go 1.18 or later.
rm -rf vendor/github.com/modern-go/reflect2
cp -rL /usr/share/gocode/src/github.com/modern-go/reflect2 vendor/github.com/modern-go/reflect2

log "generating the OpenAPI definitions"
go build -o "$build/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen >&2
staging_tagged() {
  (cd staging/src && grep -rl --include='*.go' '+k8s:openapi-gen=' \
    k8s.io/api k8s.io/apimachinery k8s.io/apiextensions-apiserver/pkg/apis k8s.io/apiserver/pkg k8s.io/kube-aggregator/pkg/apis \
    k8s.io/metrics k8s.io/client-go/pkg k8s.io/*/config 2>/dev/null || true) | xargs -r -n1 dirname | sort -u | sed 's|^|k8s.io/kubernetes/vendor/|'
}
own_tagged() {
  (grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd || true) | xargs -r -n1 dirname | sort -u | sed 's|^|k8s.io/kubernetes/|'
}
inputs="$( (staging_tagged; own_tagged) | grep -v '/testdata\|/generators' | paste -sd, -)"
"$build/openapi-gen" -i "$inputs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$build/violations.txt" >&2

log "building kube-apiserver"
stamp=k8s.io/kubernetes/vendor/k8s.io/component-base/version
mkdir -p "$build/out"
go build -trimpath -ldflags "-s -w -X $stamp.gitVersion=v1.20.2 -X $stamp.gitMajor=1 -X $stamp.gitMinor=20 -X $stamp.gitTreeState=clean" \
  -o "$build/out/kube-apiserver" ./cmd/kube-apiserver >&2
cp "$build/etcd/usr/bin/etcd" "$build/out/etcd"
"$build/out/kube-apiserver" --version >&2
mv "$build/out" "$target"
echo "$target"
