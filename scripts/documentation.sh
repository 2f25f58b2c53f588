#!/usr/bin/env bash
# Makes pages for a browser from the doc comments and the articles of the library, with docc of the Swift toolchain. Fails on a
# warning, such as one about a link that leads nowhere or about an incomplete list of parameters.
#
#   scripts/documentation.sh FOLDER     FOLDER: where the pages go; look at them with docc preview, or any web server
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -ne 1 ]; then
  echo "error: name one folder for the pages" >&2
  exit 64
fi

modules=.build/debug/Modules
[ -e "$modules/Keyroll.swiftmodule" ] || swift build --quiet --target Keyroll
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the compiler needs to read the module again: the places of our own C libraries and of p11-kit's headers.
options=(-target "$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)",/\1/p')" -I "$modules")
for map in Sources/*/module.modulemap; do options+=(-Xcc "-fmodule-map-file=$map"); done
for option in $(pkg-config --cflags p11-kit-1 libcrypto); do options+=(-Xcc "$option"); done
swift symbolgraph-extract -module-name Keyroll "${options[@]}" -output-dir "$work" -minimum-access-level public

if ! docc convert Sources/Keyroll/Keyroll.docc --additional-symbol-graph-dir "$work" --output-path "$1" --warnings-as-errors \
  >"$work/messages" 2>&1 || grep -qE "^(warning|error)" "$work/messages"; then
  cat "$work/messages" >&2
  exit 1
fi
echo "the pages are in $1"
