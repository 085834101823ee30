# What the scripts have in common; they source it first.

# Before anybody changes the folder that $0 is relative to.
script=$(realpath "$0")
root=$(dirname "$(dirname "$script")")

# The comment that a script begins with.
usage() { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$script"; }

# wrong MESSAGE: for arguments that cannot be.
wrong() {
  echo "${script##*/}: $1" >&2
  usage >&2
  exit 2
}

# Asking for help is asking for nothing else. What follows -- is others'.
for argument in "$@"; do
  case $argument in
  -h | --help) usage; exit 0 ;;
  --) break ;;
  esac
done

# as_root COMMAND...
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "${script##*/}: run this as root: $*" >&2
    return 1
  fi
}

# Where Debian's packages come from, for suites that are not this machine's:
# debian_mirror [debian-security], which has security updates.
debian_mirror() {
  local archive=${1-debian} mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
    awk -v end="/$archive/" 'substr($0, length($0) - length(end) + 1) == end && !found++') || true
  echo "${mirror:-http://deb.debian.org/$archive/}"
}

# The LLVM for which the last release's symbols are kept.
interface_llvm() {
  local symbols
  symbols=$(echo "$root"/unittests/Package/abi/symbols-llvm*)
  [[ $symbols =~ /symbols-llvm([0-9]+)$ && -f $symbols ]] || {
    echo "${script##*/}: not one file of symbols: $symbols" >&2
    return 1
  }
  echo "${BASH_REMATCH[1]}"
}

# Can AArch64 be emulated, with its packages beside this machine's? Ubuntu has
# them on other mirrors.
emulates_aarch64() {
  [[ $(uname -m) != aarch64 ]] || return 1
  grep -qx ID=debian /etc/os-release && return
  echo "${script##*/}: this is not Debian, so nothing is done on emulated AArch64" >&2
  return 1
}

# So that clones share what was compiled: paths count from here, wherever it is.
export CCACHE_BASEDIR=${CCACHE_BASEDIR-$root} CCACHE_NOHASHDIR=1

# configure LOG PRESET OPTIONS...: with ccache where there is one; says nothing
# unless it fails.
configure() {
  local log=$1 preset=$2
  shift 2
  ! command -v ccache >/dev/null ||
    set -- "$@" -DCMAKE_C_COMPILER_LAUNCHER=ccache \
      -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
  cmake --preset "$preset" "$@" >"$log" || { cat "$log" >&2; exit 1; }
}
