#!/usr/bin/env bash
# Searches for input that breaks a parser or the verifier.
#
#   scripts/fuzz.sh                  lists the targets
#   scripts/fuzz.sh TARGET SECONDS   searches; new inputs stay in .build/fuzz/corpus/TARGET for the next run
#   scripts/fuzz.sh TARGET keep      makes Fixtures/fuzz/TARGET again: few and small inputs, chosen by the code that they reach
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

usage() {
  echo "error: $1" >&2
  echo "hint: scripts/fuzz.sh lists the targets, scripts/fuzz.sh TARGET SECONDS runs one, scripts/fuzz.sh TARGET keep keeps its inputs" >&2
  exit 64
}

case $# in
0) ;;
2) [[ $2 =~ ^([1-9][0-9]*|keep)$ ]] || usage "$2 is neither a number of seconds nor keep" ;;
*) usage "a target and a number of seconds are needed" ;;
esac

require build

scratch=.build/fuzz
# Swift's crash handler reads memory that the address sanitizer watches, and both then hang.
export SWIFT_BACKTRACE=enable=no
echo "building the targets with the sanitizers" >&2
# Both in one option, because the compiler takes only the last of several.
KEYROLL_FUZZER=1 swift build --quiet --configuration release --scratch-path "$scratch" \
  --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address --product Fuzzer >&2
fuzzer=$scratch/release/Fuzzer

if [ $# -eq 0 ]; then
  exec "$fuzzer" --list
fi
target=$1
if ! "$fuzzer" --list | cut -f 1 | grep -qxF -e "$target"; then
  usage "there is no target $target"
fi

# A search that does not see which code its inputs reach finds nothing, and looks like success.
start=$("$fuzzer" --target="$target" -runs=0 2>&1)
if [[ $start != *"8-bit counters"* ]] || ! grep -qF __asan_init "$fuzzer"; then
  echo "error: $fuzzer is built without coverage or without the address sanitizer" >&2
  exit 70
fi

kept=Fixtures/fuzz/$target
corpus=$scratch/corpus/$target
seeds=$scratch/seeds/$target
broken=$scratch/broken/$target
rm -rf "$seeds"
mkdir -p "$kept" "$corpus" "$seeds" "$broken"
"$fuzzer" --target="$target" --seeds="$seeds"

# A file may ask for password derivations that take seconds, and no input may take longer or need more memory than this.
options=(--target="$target" -timeout=60 -rss_limit_mb=2048 -artifact_prefix="$broken/")

if [ "$2" = keep ]; then
  chosen=$(mktemp -d)
  trap 'rm -rf "$chosen"' EXIT
  "$fuzzer" "${options[@]}" -max_len=4096 -set_cover_merge=1 "$chosen" "$corpus" "$seeds" 2>&1 | tail -n 1 >&2
  # Inputs with a name in words once broke something; the others are replaced by the smallest of the new ones.
  find "$kept" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
  find "$chosen" -type f -printf '%s %p\n' | sort -n |
    awk '{ total += $1 } NR <= 40 && total <= 12288 { sub(/^[0-9]+ /, ""); print }' | xargs -r cp -t "$kept"
  exit
fi

if "$fuzzer" "${options[@]}" -max_len=65600 -max_total_time="$2" -print_final_stats=1 "$corpus" "$kept" "$seeds"; then
  exit
fi
input=$(find "$broken" -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
echo "error: $target is broken by ${input:-no input, see above}" >&2
echo "hint: to make it smaller: SWIFT_BACKTRACE=$SWIFT_BACKTRACE $fuzzer --target=$target -minimize_crash=1 -runs=100000 -exact_artifact_path=SMALLER $input" >&2
echo "hint: to keep it, so that every test run replays it: cp $input $kept/NAME" >&2
exit 1
