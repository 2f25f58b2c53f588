#!/usr/bin/env bash
# Makes everything under Fixtures again, with other people's tools; the base keys in Fixtures/keys are kept.
# Nothing else runs this: the tests use what is checked in.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

require fixtures
judges
exec .build/judges/bin/python -B scripts/fixtures/make.py
