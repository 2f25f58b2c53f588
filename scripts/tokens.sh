# shellcheck shell=bash
# Sourced by softhsm.sh, nss-softokn.sh, opencryptoki.sh and tpm2.sh: the common parts of throwaway tokens of different makers.
#
# p11-kit reads another configuration for a child process in only two ways:
# - XDG_CONFIG_HOME=FOLDER names another home of the user's configuration, FOLDER/pkcs11/pkcs11.conf, and
#   `user-config: only` in there makes it the whole configuration. p11-kit ignores this in a process of root.
# - A mount namespace with another folder in place of /usr/share/p11-kit/modules.
# `module-path=` in a URI needs neither: it names a module that no configuration names.

# Known to everybody: only throwaway tokens have these.
user_pin=24681357
# shellcheck disable=SC2034  # the scripts use it
officer_pin=87654321
# The path of the module; each script finds it.
provider=

# begin DIRECTORY: ends the script if the tokens are already there, and removes a half-made DIRECTORY on failure.
begin() {
  if [ $# -ne 1 ]; then
    echo "usage: $0 DIRECTORY" >&2
    exit 2
  fi
  # Relative to where the script was started, not to where it went.
  directory=$(cd "$OLDPWD" && realpath --canonicalize-missing -- "$1")
  if [ -e "$directory/objects" ]; then
    tell
    exit 0
  fi
  if [ -e "$directory" ] && [ -n "$(ls -A -- "$directory")" ]; then
    echo "error: $directory contains something else; name a directory that is empty or does not exist" >&2
    exit 1
  fi
  made_directory=$directory
  trap 'rm -rf -- "$made_directory"' EXIT
  mkdir -p -- "$directory"
  chmod 700 "$directory"
  (umask 077 && printf '%s' "$user_pin" >"$directory/pin")
}

# list_objects TOKEN...: the URIs of all that is on them, as GnuTLS writes them.
list_objects() {
  local token
  for token in "$@"; do
    GNUTLS_PIN="$user_pin" "$directory/run" p11tool --batch --provider "$provider" --login --only-urls \
      --list-all "pkcs11:token=$token" |
      grep '^pkcs11:' | sort
  done
}

# finish COMMAND...: keeps the directory, with the list of objects that COMMAND prints, which marks a complete one.
finish() {
  "$@" >"$directory/objects.new"
  mv "$directory/objects.new" "$directory/objects"
  trap - EXIT
  tell
}

tell() {
  echo "# run COMMAND with these tokens, and only these, known to p11-kit:"
  echo "$directory/run COMMAND"
  echo "# the PIN is $(cat "$directory/pin"), and also in $directory/pin; objects on the tokens:"
  cat "$directory/objects"
}

# p11_kit_configuration NAME: the lines of one module come from standard input.
p11_kit_configuration() {
  mkdir -p "$directory/pkcs11/modules"
  echo 'user-config: only' >"$directory/pkcs11/pkcs11.conf"
  cat >"$directory/pkcs11/modules/$1.module"
}

# write_run LINE...: makes DIRECTORY/run, which starts a command with the configuration above.
write_run() {
  {
    echo '#!/usr/bin/env bash'
    printf '%s\n' "$@"
    printf 'export XDG_CONFIG_HOME=%q\n' "$directory"
    cat <<'END'
# p11-kit ignores this configuration in a process of root; here another number stands for root, where that is allowed.
if [ "$(id -u)" -eq 0 ]; then
  if unshare --user --map-user=1000 true 2>/dev/null; then
    exec unshare --user --map-user=1000 "$@"
  fi
  echo "note: root has no user namespaces here, so p11-kit keeps to the system's configuration" >&2
fi
exec "$@"
END
  } >"$directory/run"
  chmod 700 "$directory/run"
}

# pkcs11_tool and p11_tool have the module and the PIN already; `provider` is set by the script.
pkcs11_tool() {
  quietly env PIN="$user_pin" "$directory/run" pkcs11-tool --module "$provider" --login --pin env:PIN "$@"
}

p11_tool() {
  quietly env GNUTLS_PIN="$user_pin" "$directory/run" p11tool --batch --provider "$provider" --login "$@"
}

# write_object TOKEN TYPE FILE ID LABEL: FILE is DER.
write_object() {
  pkcs11_tool --token-label "$1" --type "$2" --write-object "$3" --id "$4" --label "$5"
}

# certify TOKEN ID LABEL: a certificate that the key signs for itself, written beside it.
certify() {
  printf 'cn = "%s"\nexpiration_days = 3650\nsigning_key\n' "$3" >"$directory/template"
  quietly env GNUTLS_PIN="$user_pin" "$directory/run" certtool --provider "$provider" --generate-self-signed \
    --load-privkey "pkcs11:token=$1;id=%$2;type=private" --load-pubkey "pkcs11:token=$1;id=%$2;type=public" \
    --template "$directory/template" --outder --outfile "$directory/certificate.der"
  write_object "$1" cert "$directory/certificate.der" "$2" "$3"
  rm "$directory/template" "$directory/certificate.der"
}

# der KIND NAME: a key or certificate of Fixtures as DER, KIND being key, public-key or certificate; prints its path.
der() {
  local file="$directory/$1-$2.der"
  case $1 in
    key) openssl pkey -in "Fixtures/keys/$2.pem" -outform DER -out "$file" ;;
    public-key) openssl pkey -in "Fixtures/keys/$2.pem" -pubout -outform DER -out "$file" ;;
    certificate) openssl x509 -in "Fixtures/certificates/$2.pem" -outform DER -out "$file" ;;
  esac
  echo "$file"
}

# quietly COMMAND...: its output matters only when it fails.
quietly() {
  local output
  output=$("$@" 2>&1 </dev/null) || {
    printf '%s: failed\n%s\n' "$*" "$output" >&2
    return 1
  }
}
