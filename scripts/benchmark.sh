#!/usr/bin/env bash
# Measures keyroll against the bare OpenSSL calls, also where it refuses hostile tokens and begins rollovers, against `jose jws sig` and against
# the bare PKCS#11 calls on a SoftHSM token, and prints ratios taken in one run. `KeyrollBenchmark refusals both.pem` lists
# every hostile token, and `KeyrollBenchmark judge both.pem SHAPE COUNT` judges one again and again, for a profiler.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

require build benchmark softhsm

echo "building the release binaries"
scripts/build.sh --quiet
# The scratch folder of the package beside that of the root, so that one `rm -rf .build` still removes all that was built.
benchmarks=(--package-path Benchmarks --scratch-path .build/benchmarks --configuration release --static-swift-stdlib)
swift build --quiet "${benchmarks[@]}" --product KeyrollBenchmark
bin=.build/release
benchmark=.build/benchmarks/release/KeyrollBenchmark

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
# A copy, as an installed command is one: what the linker wrote lies in scattered pages, which take longer to map.
install "$bin/keyroll" "$work"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=benchmark -keyout "$work/key.pem" -out "$work/certificate.pem" 2>"$work/log" ||
  { cat "$work/log" >&2; exit 1; }
cat "$work/key.pem" "$work/certificate.pem" >"$work/both.pem"
jose jwk gen -i '{"alg":"RS256"}' -o "$work/key.jwk"
printf '{"aud":"00000002-0000-0000-c000-000000000000","iss":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","nbf":1700000000,"exp":1700000600}' >"$work/claims.json"

"$benchmark" "$work/both.pem" "$work/keyroll" "$(command -v jose)" "$work/key.jwk" "$work/claims.json" \
  '{"protected":{"alg":"RS256","typ":"JWT"}}'
"$benchmark" peak "$work/both.pem" "$work/keyroll"

# In memory, where there is such a place: what is measured is not the disk.
rollovers=$(mktemp -d -p "$(if [ -w /dev/shm ]; then echo /dev/shm; else echo "$work"; fi)")
trap 'rm -rf "$work" "$rollovers"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=next -keyout "$work/next.key" -out "$work/next.pem" 2>"$work/log" ||
  { cat "$work/log" >&2; exit 1; }
cat "$work/next.key" "$work/next.pem" >"$work/next-both.pem"
for count in 50 500; do
  {
    echo folder,application,client-id,tenant,key,new-key
    for number in $(seq "$count"); do
      printf 'app-%s,0b5f2f6e-7a8a-4d4e-9f53-%012d,2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02,contoso.onmicrosoft.com,%s,%s\n' \
        "$number" "$number" "pem:$work/both.pem" "pem:$work/next-both.pem"
    done
  } >"$rollovers/apps-$count.csv"
done
"$benchmark" rollover "$work/keyroll" "$work/both.pem" "$work/next-both.pem" "$rollovers"

scripts/softhsm.sh "$work/softhsm" >"$work/log" || { cat "$work/log" >&2; exit 1; }
module=$(sed -n 's/^module: //p' "$work/softhsm/pkcs11/modules/softhsm.module")
SOFTHSM2_CONF=$work/softhsm/softhsm2.conf "$benchmark" token "$module" keyroll rsa-2048 "$work/softhsm/pin"
