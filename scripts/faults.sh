#!/usr/bin/env bash
# Signs with a token that fails: every function with every answer of the standard, at the first, the second and every call, with
# output of its own, without functions, and hanging in each function. Prints the sum; takes some minutes.
#
# Ends with 1 unless no output came after a failure, nothing ran beyond its time, nothing crashed except a module inside a call,
# and no run logged in twice. scripts/faults.py says what is counted.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

require build softhsm test

command=${KEYROLL:-}
if [ -z "$command" ]; then
  swift build --quiet --product keyroll
  command=$(swift build --show-bin-path)/keyroll
fi

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
scripts/softhsm.sh "$folder/tokens" >/dev/null
for candidate in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
  [ -e "$candidate" ] && module=$candidate && break
done
# shellcheck disable=SC2046  # flags are words
cc -std=gnu11 -O1 -fPIC -shared -fvisibility=hidden $(pkg-config --cflags p11-kit-1) -o "$folder/fault.so" \
  Tests/FaultModule/{fault,answers,plan}.c -ldl -lpthread
python3 scripts/faults.py "$command" "$folder" "$module" "$@"
