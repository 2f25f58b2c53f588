#!/usr/bin/env bash
# Uses an installed keyroll with keys in files, on a SoftHSM token and behind a program, in a folder that is removed at the end.
# scripts/test-packages.sh runs it after it has installed a package.
#
#   scripts/smoke.sh SHARED     SHARED has legacy.p12 and exception.so, and gets qr.svg and the qr.jwt that it shows
set -euo pipefail

shared=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd "$work"
umask 077
object_id=6d3e7a10-2f4b-4c5d-8e9f-0a1b2c3d4e5f

checks=0
ok() {
  checks=$((checks + 1))
  echo "ok    $*"
}

# status NUMBER COMMAND...: it must end with this status; if it does not, its output is shown.
status() {
  local expected=$1 actual=0
  shift
  "$@" >output 2>error || actual=$?
  if [ "$actual" -ne "$expected" ]; then
    echo "error: $* ended with $actual, not $expected" >&2
    cat output error >&2
    exit 1
  fi
}

# proof NAME OPTION...: signs a proof, and openssl and keyroll judge it by leaf.pem or the certificate that LEAF names.
proof() {
  local what=$1 certificate=${LEAF:-leaf.pem} header payload signature
  shift
  status 0 keyroll sign proof --object-id "$object_id" --force --output proof.jwt "$@"
  status 0 keyroll verify --profile graph-proof --certificate "$certificate" --object-id "$object_id" proof.jwt
  IFS=. read -r header payload signature <proof.jwt
  printf '%s.%s' "$header" "$payload" >input
  printf '%s==' "$signature" | tr -- '-_' '+/' | openssl base64 -d -A >signature
  openssl x509 -in "$certificate" -noout -pubkey >public.pem
  status 0 openssl dgst -sha256 -verify public.pem -signature signature input
  ok "$what"
}

keyroll --version
status 0 openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=smoke -addext keyUsage=critical,digitalSignature \
  -keyout key.pem -out leaf.pem
printf 'correct horse\n' >password
printf '24681357\n' >pin

proof "PEM" --key 'pem:key.pem;cert=leaf.pem' --algorithm RS256
status 0 openssl pkcs12 -export -inkey key.pem -in leaf.pem -passout file:password -out modern.p12
proof "modern PFX" --key modern.p12 --password-file password --algorithm RS256
# The legacy provider of OpenSSL does RC2.
cp "$shared/legacy.p12" .
status 0 keyroll sign proof --object-id "$object_id" --key legacy.p12 --password-file password --output legacy.jwt
ok "legacy PFX"

export SOFTHSM2_CONF=$work/softhsm2.conf
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$work" >softhsm2.conf
status 0 softhsm2-util --init-token --free --label smoke --pin 24681357 --so-pin 87654321
status 0 openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.p8
status 0 softhsm2-util --import key.p8 --token smoke --label key --id 01 --pin 24681357
proof "SoftHSM" --key 'pkcs11:token=smoke;object=key' --certificate leaf.pem --pin-file pin --algorithm RS256
module=$(find /usr/lib -name libsofthsm2.so | head -n 1)
export MODULE=$module
cp "$shared/exception.so" .
proof "a module in C++ that throws" --key "pkcs11:token=smoke;object=key?module-path=$work/exception.so" \
  --certificate leaf.pem --pin-file pin --algorithm RS256
LEAF=token.cer
status 0 keyroll create key 'pkcs11:token=smoke;object=new' --subject smoke --output token.cer --store --pin-file pin
proof "create key on a token" --key 'pkcs11:token=smoke;object=new' --pin-file pin --algorithm RS256

cat >signer <<'SIGNER'
#!/bin/sh
# RS256 alone: the digest is 32 bytes.
read -r request
member() { printf '%s' "$request" | sed "s|.*\"$1\":\"\([^\"]*\)\".*|\1|"; }
signature=$(printf '%s=' "$(member digest)" | tr -- '-_' '+/' | openssl base64 -d -A |
  openssl pkeyutl -sign -inkey "$(member key)" -pkeyopt digest:sha256 | openssl base64 -A | tr -- '+/' '-_' | tr -d =)
printf '{"signature":"%s"}\n' "$signature"
SIGNER
chmod 700 signer
LEAF=leaf.pem
proof "program" --key "command:./signer;cert=leaf.pem;key=$work/key.pem" --algorithm RS256

status 0 keyroll create key new.pfx --subject smoke --new-password-file password
LEAF=new.cer
proof "create key in a PFX" --key new.pfx --password-file password --algorithm RS256
status 0 keyroll create csr --key new.pfx --password-file password --subject smoke --output new.csr
status 0 openssl req -in new.csr -inform PEM -noout -verify
ok "create csr"

status 1 keyroll verify --profile graph-proof --certificate leaf.pem --object-id "$object_id" proof.jwt
grep -q '^REJECTED ' output
ok "verify rejects another key's token"

status 0 keyroll request add-key --application "$object_id" --new-certificate new.cer --key 'pem:key.pem;cert=leaf.pem' \
  --output add
status 0 keyroll request check add --certificate leaf.pem --new-certificate new.cer --object-id "$object_id" --cloud global
ok "request"

status 0 keyroll sign proof --object-id "$object_id" --key 'pem:key.pem;cert=leaf.pem' --output qr.jwt \
  --qr-output "$shared/qr.svg" --force
cp qr.jwt "$shared/qr.jwt"
ok "QR code"

status 0 keyroll rollover new rollover --application "$object_id" --client-id 0f2c9d1e-5a6b-4c7d-8e9f-0a1b2c3d4e5f \
  --tenant 1f2e3d4c-5b6a-4978-8a9b-0c1d2e3f4a5b --key 'pem:key.pem;cert=leaf.pem' --create-key next.pfx \
  --new-password-file password
test -d rollover/send-1
ok "a rollover's first package"

echo "$checks checks passed"
