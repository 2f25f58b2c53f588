#!/usr/bin/env bash
# Makes everything under Fixtures again, by other people's tools. The base keys in Fixtures/keys are kept.
# Nothing else runs this: the tests use what is checked in.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

require fixtures
environment=.build/fixtures
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --requirement Tests/Judges/requirements.txt
exec "$environment/bin/python" -B scripts/fixtures/make.py
