#!/usr/bin/env bash
# From a fresh checkout to a signed and checked token: installs what is missing, builds the release binary, and shows
# it at work with a throwaway key. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

keyroll=.build/release/keyroll
object_id=6d3e7a10-2f4b-4c5d-8e9f-0a1b2c3d4e5f
other_id=00000000-0000-4000-8000-000000000000

say() { printf '\n# %s\n' "$*"; }

# Prints a command as one could type it.
show() { printf '$ %s\n' "${*@Q}" | sed -E "s/'([A-Za-z0-9_.:\/=,+-]+)'/\1/g"; }

run() {
  show "$@"
  "$@"
}

# The same for a command whose output matters only when it fails.
run_quietly() {
  show "$@"
  local output
  output=$("$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    return 1
  }
}

require build softhsm
say "Build the release binary (the first time takes a few minutes)"
run_quietly scripts/build.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
say "Make a throwaway key and its certificate in a directory that is removed at the end"
run_quietly openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/key.pem"
run_quietly openssl req -x509 -new -key "$work/key.pem" -days 1 -subj "/CN=quickstart" -out "$work/certificate.pem" \
  -addext keyUsage=critical,digitalSignature

say "Sign a proof of possession for Microsoft Graph"
run "$keyroll" sign proof --key "pem:$work/key.pem;cert=$work/certificate.pem" --object-id "$object_id" \
  --output "$work/proof.jwt"
run cat "$work/proof.jwt"

say "Check it as a stranger would, with only the certificate"
run "$keyroll" verify --profile graph-proof --certificate "$work/certificate.pem" --object-id "$object_id" \
  "$work/proof.jwt"

say "Check it for another object: this must be rejected, with exit status 1"
status=0
run "$keyroll" verify --profile graph-proof --certificate "$work/certificate.pem" --object-id "$other_id" \
  "$work/proof.jwt" || status=$?
if [ "$status" -ne 1 ]; then
  echo "error: expected exit status 1, got $status" >&2
  exit 1
fi

say "Make a throwaway SoftHSM token with keys in it; it is removed with the directory"
run_quietly scripts/softhsm.sh "$work/hsm"
key='pkcs11:token=keyroll;object=rsa-2048'
# Beside p11-kit's own configuration, one for this token alone.
with_token=("$work/hsm/run" "$PWD/$keyroll")

say "See what is on it, then sign with a key that never leaves it"
run "${with_token[@]}" keys "$key" --login --pin-file "$work/hsm/pin"
run "${with_token[@]}" sign assertion --key "$key" --pin-file "$work/hsm/pin" \
  --tenant contoso.onmicrosoft.com --client-id "$object_id" --output "$work/assertion.jwt"
run "$keyroll" verify --profile entra-assertion --certificate Fixtures/certificates/leaf.pem \
  --tenant contoso.onmicrosoft.com --client-id "$object_id" "$work/assertion.jwt"

say "The command is $keyroll; 'keyroll --help' shows the rest"
