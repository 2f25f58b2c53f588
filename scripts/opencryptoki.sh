#!/usr/bin/env bash
# Makes a throwaway soft token of openCryptoki in DIRECTORY, with a few keys, and prints their URIs. Nothing outside
# DIRECTORY changes; remove it when done. Safe to run again.
#
# openCryptoki has its paths built in and needs its daemon, so DIRECTORY/run puts both into namespaces of their own: they
# are gone when the command ends. This token has no CKM_SHA256_RSA_PKCS, and locks its PIN at the third wrong one.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh
# shellcheck source=scripts/tokens.sh
source scripts/tokens.sh

begin "$@"
require opencryptoki

for candidate in /usr/lib/*/opencryptoki/libopencryptoki.so.0 /usr/lib/*/opencryptoki/libopencryptoki.so; do
  [ -e "$candidate" ] && provider=$candidate && break
done

mkdir -p "$directory"/{configuration,state/swtok/TOK_OBJ,locks/opencryptoki/swtok}
cat >"$directory/configuration/opencryptoki.conf" <<'END'
version opencryptoki-3.1
slot 0
{
stdll = libpkcs11_sw.so
}
END
p11_kit_configuration opencryptoki <<<"module: $provider"
# The daemon gives its shared files to this group, which must be one that the namespace knows.
sed 's/^pkcs11:.*/pkcs11:x:0:root/' /etc/group >"$directory/group"

{
  echo '#!/usr/bin/env bash'
  printf 'directory=%q\n' "$directory"
  cat <<'END'
if [ "$1" != --in-namespaces ]; then
  exec unshare --user --map-root-user --mount --mount-proc --ipc --pid --fork --kill-child "$0" --in-namespaces "$@"
fi
shift
set -e
mount --bind "$directory/group" /etc/group
mount --bind "$directory/configuration" /etc/opencryptoki
mount --bind "$directory/state" /var/lib/opencryptoki
mount -t tmpfs none /run
# The shared files of tokens are here, under names that are the same for all of them.
mount -t tmpfs none /dev/shm
mkdir /run/lock
mount --bind "$directory/locks" /run/lock
mount --bind "$directory/pkcs11/modules" /usr/share/p11-kit/modules
/usr/sbin/pkcsslotd
"$@"
END
} >"$directory/run"
chmod 700 "$directory/run"

quietly "$directory/run" pkcs11-tool --module "$provider" --slot-index 0 --init-token --label keyroll-soft --so-pin "$officer_pin"
quietly "$directory/run" pkcs11-tool --module "$provider" --token-label keyroll-soft --login --login-type so \
  --so-pin "$officer_pin" --init-pin --new-pin "$user_pin"

write_object keyroll-soft privkey "$(der key rsa-2048)" 01 rsa-2048
write_object keyroll-soft pubkey "$(der public-key rsa-2048)" 01 rsa-2048
write_object keyroll-soft cert "$(der certificate leaf)" 01 rsa-2048
pkcs11_tool --token-label keyroll-soft --keypairgen --key-type rsa:2048 --id 02 --label opensc-2048
pkcs11_tool --token-label keyroll-soft --keypairgen --key-type rsa:3072 --id 03 --label opensc-3072
certify keyroll-soft 02 opensc-2048

rm "$directory"/*.der
finish list_objects keyroll-soft
