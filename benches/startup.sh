#!/usr/bin/env bash
# How long a command takes that does almost nothing, beside tools known for being quick. Needs hyperfine, rg and sqlite3
# (scripts/peers). Uses the `dist` profile unless PLATFORM names a binary.
set -euo pipefail
cd "$(dirname "$0")/.."
platform=${PLATFORM:-target/dist/platform}
[ -x "$platform" ] || cargo build --profile dist
export PATH="$PWD/.peers/bin:$PATH"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME=$dir PLATFORM_DATA_DIR=$dir/data
"$platform" init --quiet >/dev/null
hyperfine --shell=none --warmup 20 --runs 200 --export-json "$dir/result.json" \
  "$platform --version" "rg --version" \
  "$platform user get admin@localhost" "sqlite3 $dir/data/platform.db 'select 1'" >&2
jq -r '.results | map(.median * 1000) |
  "--version: platform \(.[0] | . * 100 | round / 100) ms, rg \(.[1] | . * 100 | round / 100) ms, ratio \(.[0] / .[1] * 100 | round / 100)",
  "user get: platform \(.[2] | . * 100 | round / 100) ms, sqlite3 \(.[3] | . * 100 | round / 100) ms, ratio \(.[2] / .[3] * 100 | round / 100), to rg --version \(.[2] / .[1] * 100 | round / 100)"' \
  "$dir/result.json"
