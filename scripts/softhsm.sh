#!/usr/bin/env bash
# Makes throwaway SoftHSM2 tokens in DIRECTORY, with keys and certificates of every kind, good and odd, and prints their
# URIs. Nothing outside DIRECTORY changes; remove it when done. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh
# shellcheck source=scripts/tokens.sh
source scripts/tokens.sh

begin "$@"
require softhsm

for candidate in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
  [ -e "$candidate" ] && provider=$candidate && break
done

mkdir "$directory/tokens"
cat >"$directory/softhsm2.conf" <<END
directories.tokendir = $directory/tokens
objectstore.backend = file
log.level = ERROR
END
p11_kit_configuration softhsm <<<"module: $provider"
write_run "export SOFTHSM2_CONF=${directory@Q}/softhsm2.conf"

# Two tokens with objects of the same names, and one without a PIN.
export SOFTHSM2_CONF=$directory/softhsm2.conf
for label in keyroll other; do
  quietly softhsm2-util --init-token --free --label "$label" --so-pin "$officer_pin" --pin "$user_pin"
done
slot=$(softhsm2-util --show-slots | awk '/^Slot/ { slot = $2 } /Initialized: *no/ { print slot }')
quietly pkcs11-tool --module "$provider" --slot "$slot" --init-token --label no-pin --so-pin "$officer_pin"

rsa_key=$(der key rsa-2048)
rsa_public_key=$(der public-key rsa-2048)
other_key=$(der key rsa-2048-other)
leaf=$(der certificate leaf)
other_certificate=$(der certificate other)

# One key as a user has it, on both tokens.
for label in keyroll other; do
  write_object "$label" privkey "$rsa_key" 01 rsa-2048
  write_object "$label" pubkey "$rsa_public_key" 01 rsa-2048
  write_object "$label" cert "$leaf" 01 rsa-2048
done
# Made on the token, by two other people's programs.
pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 02 --label opensc-2048
certify keyroll 02 opensc-2048
p11_tool --generate-privkey=rsa --bits 3072 --id 03 --label gnutls-3072 pkcs11:token=keyroll
certify keyroll 03 gnutls-3072
# Keys that these tokens are not made for.
pkcs11_tool --token-label keyroll --keypairgen --key-type EC:prime256v1 --id 04 --label ec-p256
write_object keyroll privkey "$(der key rsa-1024)" 05 rsa-1024
write_object keyroll pubkey "$(der public-key rsa-1024)" 05 rsa-1024
# Halves.
pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 06 --label no-certificate
write_object keyroll cert "$other_certificate" 07 certificate-only
write_object keyroll pubkey "$rsa_public_key" 08 public-only
write_object keyroll privkey "$other_key" 09 private-only
# The same name twice.
pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 0A --label twins
pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 0B --label twins
# Keys with a condition.
p11_tool --generate-privkey=rsa --bits 2048 --id 0C --label decrypt-only --mark-decrypt pkcs11:token=keyroll
pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 0D --label always-authenticate --always-auth
pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 0E --label pss-only \
  --allowed-mechanisms SHA256-RSA-PKCS-PSS,RSA-PKCS-PSS
# A certificate under another id than its key, and one of another key under the same id.
write_object keyroll privkey "$rsa_key" 0F certificate-elsewhere
write_object keyroll privkey "$rsa_key" 10 mismatch
write_object keyroll cert "$other_certificate" 10 mismatch

pkcs11_tool --token-label keyroll --keypairgen --key-type rsa:2048 --id 11 --label wrong-certificate
write_object keyroll cert "$other_certificate" 11 wrong-certificate
# A key that everybody with the token may use.
p11_tool --generate-privkey=rsa --bits 2048 --id 12 --label no-login --no-mark-private pkcs11:token=keyroll

rm "$directory"/*.der
finish list_objects keyroll other
