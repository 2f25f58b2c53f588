#!/usr/bin/env bash
# Makes a throwaway database of NSS softokn in DIRECTORY, with a few keys, and prints their URIs. Nothing outside
# DIRECTORY changes; remove it when done. Safe to run again.
#
# This module needs a text of its own at C_Initialize, which p11-kit passes on from its configuration: it is never found by
# `module-path=`. GnuTLS cannot initialise it, so OpenSC alone looks at it from outside.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh
# shellcheck source=scripts/tokens.sh
source scripts/tokens.sh

begin "$@"
require nss

for candidate in /usr/lib/*/libsoftokn3.so; do
  p11_kit_configuration nss-softokn <<END
module: $candidate
x-init-reserved: configdir='sql:$directory/database' certPrefix='' keyPrefix='' secmod='' flags= dbTokenDescription='keyroll-nss'
END
done
# The module that offers what p11-kit is configured with.
for candidate in /usr/lib/*/p11-kit-proxy.so; do
  provider=$candidate
done
write_run '# The p11-kit configuration names the database.'

mkdir "$directory/database"
quietly certutil -N -d "sql:$directory/database" -f "$directory/pin"
quietly openssl pkcs12 -export -inkey Fixtures/keys/rsa-2048.pem -in Fixtures/certificates/leaf.pem -name rsa-2048 \
  -passout file:"$directory/pin" -out "$directory/key.pfx"
quietly pk12util -i "$directory/key.pfx" -d "sql:$directory/database" -k "$directory/pin" -w "$directory/pin"
openssl rand -out "$directory/noise" 64
quietly certutil -S -d "sql:$directory/database" -f "$directory/pin" -n nss-2048 -s CN=nss-2048 -x -t ,, -g 2048 \
  -z "$directory/noise" -m 7 -v 120
rm "$directory/noise" "$directory/key.pfx"
pkcs11_tool --token-label keyroll-nss --keypairgen --key-type rsa:3072 --id 05 --label opensc-3072

# certutil gives a label only to the certificate.
list_by_hand() {
  printf 'pkcs11:token=keyroll-nss;%s\n' 'object=rsa-2048;type=private' 'object=rsa-2048;type=cert' \
    'object=nss-2048;type=cert' 'object=opensc-3072;type=private' 'object=opensc-3072;type=public'
}
finish list_by_hand
