# Sourced by the jobs: each is an ordinary day of one client, and ends with a comparison byte for byte.
# The environment gives AWS_* for the endpoint and credential; $1 is a folder of the job's own.
set -euo pipefail

# A proxy that this machine may have for the outside is not for loopback.
unset AWS_CA_BUNDLE

work=$1
mkdir -p "$work"
cd "$work"

fail() { echo "FAILED: $*" >&2; exit 1; }
same() { diff -r "$1" "$2" || fail "$1 and $2 differ"; echo "ok: $3"; }

# A folder as people have them: nested, empty files, odd names, a size on each side of every limit.
make_tree() {
    mkdir -p "$1/reports/2026" "$1/a b/ü" "$1/deep/er/and/deeper"
    : >"$1/empty"
    printf 'one line\n' >"$1/reports/readme.txt"
    head -c 4096 /dev/urandom >"$1/reports/2026/small.bin"
    head -c 131072 /dev/urandom >"$1/reports/2026/edge.bin"
    head -c 131073 /dev/urandom >"$1/reports/2026/over.bin"
    head -c 3000000 /dev/urandom >"$1/deep/er/and/deeper/middle.bin"
    head -c 21000000 /dev/urandom >"$1/large.bin"
    printf 'x' >"$1/a b/ü/file + plus & amp = equal.txt"
    printf 'y' >"$1/a b/ü/100% \$HOME #hash ?.txt"
}
