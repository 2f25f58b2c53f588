#!/usr/bin/env bash
# Judges the packages in FOLDER, which scripts/package.sh made: installs them without a network on systems without Swift, uses
# them, and removes them again. Needs root, and a network for the packages of the systems.
#
#   scripts/test-packages.sh FOLDER [SYSTEMS]
#
# SYSTEMS keeps the systems for another time. KEYROLL_DEBIAN names the mirror that they come from; the default is http://deb.debian.org/debian.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: $0 FOLDER [SYSTEMS]" >&2
  exit 64
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "error: run this as root: it makes systems with debootstrap" >&2
  exit 1
fi
folder=$(realpath "$1")
require build packages test
work=$(mktemp -d)
mounted=()
finish() {
  for place in "${mounted[@]}"; do umount "$place"; done
  rm -rf --one-file-system -- "$work"
}
trap finish EXIT
if [ $# -eq 2 ]; then
  mkdir -p "$2"
  systems=$(realpath "$2")
else
  systems=$work/systems
  mkdir "$systems"
fi

say() { printf '\n# %s\n' "$*"; }

# one PATTERN: the one file of FOLDER of this name.
one() {
  local found
  found=$(compgen -G "$folder/$1") || { echo "error: no $1 in $folder" >&2; return 1; }
  [ "$(wc -l <<<"$found")" -eq 1 ] || { echo "error: several $1 in $folder" >&2; return 1; }
  echo "$found"
}
deb=$(one 'keyroll_*.deb')
rpm=$(one 'keyroll-*.rpm')
tarball=$(one 'keyroll-*-linux-*.tar.xz')
source=$(one 'keyroll-*-source.tar.xz')

say "checksums"
(cd "$folder" && sha256sum --check --strict SHA256SUMS)

say "SBOM: CycloneDX 1.6"
python3 -m venv "$work/judge"
"$work/judge/bin/pip" install --quiet --disable-pip-version-check 'cyclonedx-python-lib[json-validation]==11.12.0'
"$work/judge/bin/python3" - "$folder/SBOM.cdx.json" <<'PYTHON'
import json, pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = pathlib.Path(sys.argv[1]).read_text()
if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
    sys.exit(f"error: {error}")
components = json.loads(text)["components"]
print(f"valid, {len(components)} components:", ", ".join(f"{part['name']} {part.get('version', '')}".strip() for part in components))
PYTHON

say "lintian"
lintian --fail-on error,warning "$deb"
echo "no error and no warning"

say "tarball"
mkdir "$work/a folder"
tar --extract --file "$tarball" --directory "$work/a folder"
tree=$(echo "$work/a folder"/keyroll-*)
"$tree/bin/keyroll" --version
[ "$(objdump -T "$tree/bin/keyroll" | grep -oE 'GLIBC_[0-9.]+' | sort -V | tail -n 1)" = GLIBC_2.34 ]
[ -z "$(readelf --dynamic "$tree/bin/keyroll" | grep -E 'RPATH|RUNPATH' || true)" ]
if grep -qE '/keyroll-[0-9.]+/(Sources|\.build)/' "$tree/bin/keyroll"; then
  echo "error: the binary names the folder that it was built in" >&2
  exit 1
fi
echo "runs from any folder, asks for glibc 2.34 at most, and does not name the folder that it was built in"
tar --list --file "$source" >"$work/listing"
grep -q '/vendor/swift-argument-parser.git/HEAD$' "$work/listing"

say "rpm"
# Debian's rpm has its database elsewhere, and needs to be told that it may install.
red_hat() { rpm --root "$work/rpm-root" --dbpath /var/lib/rpm "$@"; }
mkdir "$work/rpm-root"
red_hat --initdb
red_hat --install --force-debian --nodeps "$rpm"
red_hat --verify --nodeps keyroll
cmp "$work/rpm-root/usr/bin/keyroll" "$tree/bin/keyroll"
red_hat --query --requires keyroll | tr '\n' ' '
echo
red_hat --erase --force-debian keyroll
find "$work/rpm-root" -path "$work/rpm-root/var/lib/rpm" -prune -o -type f -print >"$work/left"
if [ -s "$work/left" ]; then
  echo "error: rpm left $(cat "$work/left")" >&2
  exit 1
fi
echo "installed, verified, removed; nothing left"

# system SUITE PACKAGE...: prints the folder of a system of its own, as debootstrap made it.
system() {
  local suite=$1 archive=$systems/$1.tar root=$work/$1 packages
  shift
  packages=$(IFS=, && echo "openssl,p11-kit,softhsm2,curl,libqrencode4,mandoc,bash-completion,zsh,fish,$*")
  if [ ! -e "$archive" ]; then
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" \
      "${KEYROLL_DEBIAN:-http://deb.debian.org/debian}" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; return 1; }
    tar --create --file "$archive.new" --numeric-owner --xattrs --directory "$root" .
    mv "$archive.new" "$archive"
  else
    mkdir "$root"
    tar --extract --file "$archive" --numeric-owner --xattrs --same-owner --directory "$root"
  fi
  echo "$root"
}

# inside ROOT COMMAND...: runs it in the system, without a network and with nothing of this environment.
inside() {
  local root=$1
  shift
  unshare --net env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    chroot "$root" "$@"
}

# Everything except what packages are expected to leave, and what is made again at each use.
list() { (cd "$1" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./shared -o -path ./completion \
  -o -path ./var/log -o -path ./var/lib/dpkg -o -path ./var/cache \) -prune -o -print | sort); }

for suite in bookworm trixie; do
  say "$suite"
  extra=()
  if [ "$suite" != bookworm ]; then extra=(openssl-provider-legacy); fi
  root=$(system "$suite" "${extra[@]}")
  mkdir -p "$root/proc" "$root/shared" "$root/completion"
  mount --types proc proc "$root/proc"
  mounted+=("$root/proc")
  for device in null zero urandom tty ptmx; do [ -e "$root/dev/$device" ] || touch "$root/dev/$device"; done
  mkdir -p "$root/dev/pts"
  mount --bind /dev "$root/dev"
  mounted=("$root/dev" "${mounted[@]}")
  mount --bind /dev/pts "$root/dev/pts"
  mounted=("$root/dev/pts" "${mounted[@]}")

  list "$root" >"$work/before"
  cp "$deb" "$root/shared/keyroll.deb"
  cp scripts/smoke.sh Fixtures/pfx/openssl-rc2-128.p12 "$root/shared"
  mv "$root/shared/openssl-rc2-128.p12" "$root/shared/legacy.p12"
  # shellcheck disable=SC2046  # flags are words
  g++ -O1 -fPIC -shared -fvisibility=hidden $(pkg-config --cflags p11-kit-1) -static-libstdc++ \
    -o "$root/shared/exception.so" Tests/Libraries/exception.cpp
  inside "$root" dpkg --install /shared/keyroll.deb
  inside "$root" dpkg --verify keyroll
  inside "$root" bash /shared/smoke.sh /shared
  rsvg-convert --zoom 4 "$root/shared/qr.svg" >"$work/qr.png"
  zbarimg --nodbus --quiet --raw "$work/qr.png" | sort -u >"$work/codes"
  # What fits one code is that text itself.
  if [ "$(wc -l <"$work/codes")" -gt 1 ]; then inside "$root" keyroll join-codes <"$work/codes" >"$work/codes.joined"; fi
  [ "$(cat "$work/codes.joined" 2>/dev/null || cat "$work/codes")" = "$(cat "$root/shared/qr.jwt")" ]
  rm -f "$work/codes.joined"
  echo "ok    the QR code, read by zbarimg"
  # mandoc looks for the pages that a page refers to in a table of its own.
  inside "$root" makewhatis /usr/share/man 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  # shellcheck disable=SC2016  # the shell inside expands it
  inside "$root" sh -c 'for page in $(dpkg -L keyroll | grep "/usr/share/man/man.*\.gz$"); do
    gunzip -c "$page" | mandoc -T lint 2>&1 | sed "s|^|$page: |"; done' >"$work/lint"
  rm "$root/usr/share/man/mandoc.db"
  if [ -s "$work/lint" ]; then
    cat "$work/lint" >&2
    exit 1
  fi
  echo "ok    $(inside "$root" dpkg -L keyroll | grep -c '/usr/share/man/man.*\.gz$') manual pages, nothing from mandoc -T lint"
  touch "$root/completion/completed-key.pem"
  for shell in bash zsh fish; do
    case $shell in
      bash) start=(bash --norc --noprofile -i) ;;
      zsh) start=(zsh -f -i) ;;
      fish) start=(fish --interactive) ;;
    esac
    python3 scripts/complete.py "$shell" chroot "$root" env --ignore-environment PATH=/usr/bin:/bin HOME=/tmp TERM=xterm \
      LC_ALL=C.UTF-8 "${start[@]}"
  done
  inside "$root" dpkg --purge keyroll
  list "$root" >"$work/after"
  diff "$work/before" "$work/after"
  echo "ok    purged, nothing left"
  for place in "${mounted[@]}"; do umount "$place"; done
  mounted=()
done
say "all is well: $(basename "$deb"), $(basename "$rpm"), $(basename "$tarball")"
