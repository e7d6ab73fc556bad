#!/usr/bin/env bash
# Times each command of the tool on one profile, beside `gzip -dc` of the same file.
# With `--reference PPROF`, also beside that program: minutes on a large profile.
# Needs hyperfine.
set -euo pipefail

usage() { echo "usage: $0 PROFILE [--reference PPROF]" >&2; exit 2; }

profile=${1:-}; [ -f "$profile" ] || usage
reference=
if [ "${2:-}" = --reference ]; then reference=${3:-}; [ -x "$reference" ] || usage; fi
ours=${CARGO_TARGET_DIR:-target}/release/heapwise
[ -x "$ours" ] || { echo "build first: cargo build --release" >&2; exit 2; }
command -v hyperfine >/dev/null || { echo "install hyperfine first (Debian: apt-get install hyperfine)" >&2; exit 2; }

hyperfine --warmup 1 --shell=default "gzip -dc $profile | wc -c" \
  "$ours -top -symbolize=none $profile" \
  "$ours -tree -symbolize=none $profile" \
  "$ours -peek=Method1 -symbolize=none $profile" \
  "$ours -traces -symbolize=none $profile" \
  "$ours -raw -symbolize=none $profile" \
  "$ours -proto -symbolize=none -output=/dev/null $profile"

if [ -n "$reference" ]; then
  for command in -raw -proto -traces -top; do
    hyperfine --runs 1 \
      "$reference $command -symbolize=none -output=/dev/null $profile" \
      "$ours $command -symbolize=none -output=/dev/null $profile"
  done
fi
