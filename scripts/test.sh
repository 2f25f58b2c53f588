#!/usr/bin/env bash
# Runs every test: installs what is missing, puts the Python judges into .build/judges, builds, tests.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

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
exec swift test --skip-build --disable-xctest
