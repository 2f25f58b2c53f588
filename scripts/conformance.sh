#!/usr/bin/env bash
# Judges the corpora of KEYROLL_CORPORA: prints for each a line `NAME passed/total`, and then every case that misses.
# Ends with 0 if every miss has its reason in Tests/conformance-skips.tsv, 1 if not, 2 if nothing could be judged.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

corpora=${KEYROLL_CORPORA:-../shared/corpora}
if [ ! -d "$corpora" ]; then
  echo "error: no corpora at $corpora; KEYROLL_CORPORA names their folder" >&2
  exit 2
fi
require build || exit 2

report=$(mktemp -d)
trap 'rm -rf "$report"' EXIT
mkdir "$report/corpora"
if ! swift build --quiet --build-tests >"$report/log" 2>&1; then
  cat "$report/log" >&2
  exit 2
fi

status=0
KEYROLL_CONFORMANCE_REPORT="$report/corpora" \
  swift test --skip-build --disable-xctest --filter ConformanceTests >"$report/log" 2>&1 || status=1
# A process that crashed prints no closing line, and its output does not count.
if ! grep -q 'Test run with .* tests\?.* \(passed\|failed\) after' "$report/log"; then
  tail -n 40 "$report/log" >&2
  echo "error: not all cases were judged" >&2
  exit 2
fi

for corpus in "$report"/corpora/*; do
  head -n 1 "$corpus"
done
for corpus in "$report"/corpora/*; do
  if [ "$(wc -l <"$corpus")" -gt 1 ]; then
    echo
    echo "$(basename "$corpus"):"
    tail -n +2 "$corpus"
  fi
done
if [ "$status" -ne 0 ]; then
  grep 'recorded an issue' "$report/log" | grep -v ': Issue recorded$' >&2 || true
fi
exit "$status"
