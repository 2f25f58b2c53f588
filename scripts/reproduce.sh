#!/usr/bin/env bash
# Makes the packages of the checked-out commit twice, in two folders, and compares every byte. Takes twice as long as
# scripts/package.sh; with FOLDER, which has packages already, it makes them once.
#
#   scripts/reproduce.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
if [ $# -eq 1 ]; then
  first=$(realpath "$1")
else
  first=$work/first
  scripts/package.sh "$first" "$work/one/deeper"
fi
scripts/package.sh "$work/second" "$work/another"

failures=0
for file in "$first"/*; do
  name=$(basename "$file")
  if cmp "$file" "$work/second/$name"; then
    echo "equal   $name"
  else
    echo "DIFFERS $name"
    failures=$((failures + 1))
  fi
done
if [ $failures -gt 0 ]; then
  trap - EXIT
  echo "the two are kept: $first and $work" >&2
fi
if [ "$(find "$first" -type f | wc -l)" -ne "$(find "$work/second" -type f | wc -l)" ]; then
  echo "error: the folders do not have the same files" >&2
  exit 1
fi
exit $((failures > 0))
