#!/usr/bin/env bash
# Runs every test, or those of the rooms that are named: installs what is missing, puts the Python judges into
# .build/judges, builds, tests, and names the slowest tests.
#
#   scripts/test.sh [ROOM...]     ROOM: a folder of Tests without its ending, such as PKCS11 or KeyrollCLI
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

filter=()
for room in "$@"; do
  if [ ! -d "Tests/${room}Tests" ]; then
    echo "error: there is no Tests/${room}Tests; the rooms are $(find Tests -maxdepth 1 -name '*Tests' -printf '%f\n' |
      sed 's/Tests$//' | sort | tr '\n' ' ')" >&2
    exit 64
  fi
  filter+=(--filter "^${room}Tests\\.")
done

require build test hsm
judges

corpora=${KEYROLL_CORPORA:-../shared/corpora}
if [ -d "$corpora" ]; then
  echo "corpora: $corpora"
else
  echo "corpora: not at $corpora, so the tests that need them are skipped (KEYROLL_CORPORA names another place)"
fi

echo "building the command and the tests"
swift build --quiet --build-tests
# The line that counts the tests comes last, after the slowest of them.
events=$(mktemp)
trap 'rm -f "$events"' EXIT
swift test --skip-build --disable-xctest --event-stream-version 0 --event-stream-output-path "$events" "${filter[@]}" |
  awk -v events="$events" '
    / Test run with / { closing = $0; next }
    { print; fflush() }
    END { system("python3 scripts/slowest.py " events); print closing }'
