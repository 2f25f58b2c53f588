#!/usr/bin/env bash
# Makes a throwaway TPM in DIRECTORY, a simulated one (swtpm), with a token of tpm2-pkcs11 and two keys in it, and prints their
# URIs. Nothing outside DIRECTORY changes; remove it when done. Safe to run again.
#
# DIRECTORY/run starts the TPM for the command and ends it with the command. There is no resource manager, so everything that
# a command leaves in one of the three places for keys is removed after it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh
# shellcheck source=scripts/tokens.sh
source scripts/tokens.sh

begin "$@"
require tpm2

for candidate in /usr/lib/*/libtpm2_pkcs11.so.1; do
  [ -e "$candidate" ] && provider=$candidate && break
done

mkdir "$directory"/{state,store,tools}
for tool in /usr/bin/tpm2_*; do
  name=${tool##*/}
  case $name in tpm2_ptool | tpm2_flushcontext) continue ;; esac
  # shellcheck disable=SC2016  # the script that is written expands them
  printf '#!/bin/sh\n%s "$@"\nstatus=$?\ntpm2_flushcontext -t >/dev/null 2>&1\nexit $status\n' "$tool" \
    >"$directory/tools/$name"
  chmod 700 "$directory/tools/$name"
done
p11_kit_configuration tpm2 <<<"module: $provider"

{
  echo '#!/usr/bin/env bash'
  printf 'directory=%q\n' "$directory"
  cat <<'END'
export XDG_CONFIG_HOME=$directory PATH=$directory/tools:$PATH
export TPM2_PKCS11_STORE=$directory/store TSS2_LOG=all+none
# A socket of its own for each command, under a name short enough for one.
place=$(mktemp -d)
export TPM2_PKCS11_TCTI=swtpm:path=$place/tpm TPM2TOOLS_TCTI=swtpm:path=$place/tpm
swtpm socket --tpm2 --tpmstate "dir=$directory/state" --server "type=unixio,path=$place/tpm" \
  --ctrl "type=unixio,path=$place/tpm.ctrl" --flags not-need-init,startup-clear >/dev/null 2>&1 &
tpm=$!
# A loss of power without a shutdown counts as a wrong PIN.
trap 'tpm2_shutdown --clear >/dev/null 2>&1; kill $tpm; wait $tpm 2>/dev/null; rm -rf -- "$place"' EXIT
for _ in $(seq 200); do [ -S "$place/tpm.ctrl" ] && break; sleep 0.02; done
# p11-kit ignores this configuration in a process of root; here another number stands for root, where that is allowed.
if [ "$(id -u)" -eq 0 ] && unshare --user --map-user=1000 true 2>/dev/null; then
  unshare --user --map-user=1000 "$@"
else
  "$@"
fi
END
} >"$directory/run"
chmod 700 "$directory/run"

tool() { quietly "$directory/run" tpm2_ptool "$@" --path "$directory/store"; }
tool init
tool addtoken --pid 1 --sopin "$officer_pin" --userpin "$user_pin" --label keyroll-tpm
tool import --label keyroll-tpm --key-label rsa-2048 --id 01 --userpin "$user_pin" --privkey Fixtures/keys/rsa-2048.pem \
  --algorithm rsa
tool addkey --label keyroll-tpm --key-label opensc-2048 --id 02 --userpin "$user_pin" --algorithm rsa2048

list_by_hand() {
  printf 'pkcs11:token=keyroll-tpm;%s\n' 'object=rsa-2048;type=private' 'object=rsa-2048;type=public' \
    'object=opensc-2048;type=private' 'object=opensc-2048;type=public'
}
finish list_by_hand
