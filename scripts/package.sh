#!/usr/bin/env bash
# Makes everything in a release from the checked-out commit: source tarball, .tar.xz, .deb, .rpm, SBOM.cdx.json,
# BUILDINFO and SHA256SUMS.
#
#   scripts/package.sh FOLDER [WORK]
#
# FOLDER must be empty or not there. The binary is built from the source tarball, in WORK or a folder that is removed again,
# without a network if this system lets a process do without one. Files that differ from the commit are ignored. A WORK that was
# used before saves time when you try things out; a release is built in a new one.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/dependencies.sh
source scripts/dependencies.sh

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: $0 FOLDER [WORK]" >&2
  exit 64
fi
if ! git rev-parse --verify --quiet HEAD >/dev/null; then
  echo "error: a release is made in a git checkout; scripts/build.sh builds the binary in an unpacked tarball" >&2
  exit 1
fi
mkdir -p "$1"
if [ -n "$(ls -A "$1")" ]; then
  echo "error: $1 is not empty" >&2
  exit 1
fi
folder=$(realpath "$1")
if [ $# -eq 2 ]; then
  mkdir -p "$2"
  work=$(realpath "$2")
else
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
fi
require build package

# The newest symbol versions of glibc that the binary may ask for: RHEL 9 and Ubuntu 22.04 have them.
glibc_floor=2.34
version=$(sed -n 's/.*static let number = "\(.*\)"/\1/p' Sources/KeyrollCLI/Commands/KeyrollCommand.swift)
commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH KEYROLL_COMMIT=$commit TZ=UTC LC_ALL=C.UTF-8
architecture=$(dpkg --print-architecture)
machine=$(uname -m)
maintainer=${KEYROLL_MAINTAINER:-The keyroll authors <keyroll@users.noreply.github.com>}
name=keyroll-$version
umask 022

# pack FILE TOP: everything below the folder TOP, which is in the present one, as a tarball that depends on nothing else.
pack() {
  tar --create --sort=name --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \
    --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX --mtime="@$SOURCE_DATE_EPOCH" "$2" | xz --threads=1 -9 >"$1"
}

# vendor REPOSITORY: a bare clone of the one commit of swift-argument-parser that is built in, from what SwiftPM has fetched.
vendor() {
  local tag revision fetched
  if [ ! -e Package.resolved ] || ! compgen -G '.build/repositories/swift-argument-parser-*' >/dev/null; then
    swift package resolve
  fi
  fetched=$(compgen -G "$PWD/.build/repositories/swift-argument-parser-*")
  read -r tag revision < <(python3 -c 'import json; pin = json.load(open("Package.resolved"))["pins"][0]["state"]
print(pin["version"], pin["revision"])')
  git -c advice.detachedHead=false -c pack.threads=1 clone --quiet --bare --depth 1 --branch "$tag" --template= \
    "file://$fetched" "$1"
  if [ "$(git -C "$1" rev-parse HEAD)" != "$revision" ]; then
    echo "error: $tag of swift-argument-parser is not the commit $revision of Package.resolved" >&2
    exit 1
  fi
  # It names a folder of this machine.
  git -C "$1" config --remove-section remote.origin
}

echo "making the source tarball"
source=$work/$name
if [ "$(cat "$work/commit" 2>/dev/null)" != "$commit" ]; then
  # An earlier build in WORK is continued.
  if [ -e "$source/.build" ]; then mv "$source/.build" "$work/build"; fi
  rm -rf "$source" "$work/source.tar.xz"
  git archive --format=tar --prefix="$name/" HEAD | tar --extract --directory "$work"
  mkdir "$source/vendor"
  vendor "$source/vendor/swift-argument-parser.git"
  # Without the hash of Package.swift, which may be that of an older one.
  sed '/"originHash"/d' Package.resolved >"$source/Package.resolved"
  (cd "$work" && pack "$work/source.tar.xz" "$name")
  if [ -e "$work/build" ]; then mv "$work/build" "$source/.build"; fi
  echo "$commit" >"$work/commit"
fi
cp "$work/source.tar.xz" "$folder/$name-source.tar.xz"

echo "building the binary"
# The compiler visits some sets in the order of hashes, whose seed is new in every process unless it is fixed, and some in the order of
# the addresses of their elements, which depend even on the lengths of paths. So two builds are equal only with a fixed seed, fixed
# addresses and one path for everybody. Without any of these they differ in a function or two.
export SWIFT_DETERMINISTIC_HASHING=1
isolate=()
if setarch --addr-no-randomize true 2>/dev/null; then isolate=(setarch --addr-no-randomize); fi
if unshare --net --mount true 2>/dev/null; then
  isolate+=(unshare --net --mount)
  place=/mnt
else
  echo "note: the build could use a network, and may differ from others in a function or two: on this system only root can prevent it"
  place=$work
fi
mkdir -p "$work/home"
# A git configuration that points to another place would hide a missing package.
environment=(env -u XDG_CONFIG_HOME HOME="$place/home" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CEILING_DIRECTORIES="$place")
# The folder on which WORK is mounted for the build alone is there on every system (Filesystem Hierarchy Standard, section 3.12).
# shellcheck disable=SC2016
"${isolate[@]}" "${environment[@]}" bash -euc '
  if [ "$1" != "$2" ]; then mount --bind "$1" "$2"; fi
  cd "$2"
  exec "${@:3}"' build "$work" "$place" \
  "$place/$name/scripts/build.sh" --quiet -Xlinker "-Map=$place/link.map" -Xlinker "--build-id=0x$commit"
stage=$work/stage
rm -rf "$stage"
mkdir -p "$stage/bin"
install "$source/.build/release/keyroll" "$stage/bin/keyroll"
# A hash over the modules, which includes paths, and which nothing reads. It is overwritten in place: objcopy could remove it, but would
# also remove the note by which the loader write-protects tables of addresses.
readelf --section-headers --wide "$stage/bin/keyroll" | sed 's/^ *\[ *[0-9]*\] //' |
  awk '$1 == ".swift_modhash" { print $4, $5 }' | while read -r offset size; do
    dd if=/dev/zero of="$stage/bin/keyroll" conv=notrunc status=none oflag=seek_bytes bs=1 seek="$((16#$offset))" count="$((16#$size))"
  done
if ! readelf --program-headers --wide "$stage/bin/keyroll" | grep GNU_RELRO >/dev/null; then
  echo "error: the binary has lost its note for the loader (GNU_RELRO)" >&2
  exit 1
fi
version_text=$("$stage/bin/keyroll" --version)
if [ "${version_text%%$'\n'*}" != "keyroll $version, commit $commit" ]; then
  echo "error: the binary says that it is another one: $version_text" >&2
  exit 1
fi

wanted=$(objdump -T "$stage/bin/keyroll" | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -n 1)
if [ "$(printf '%s\n' "GLIBC_$glibc_floor" "$wanted" | sort -V | tail -n 1)" != "GLIBC_$glibc_floor" ]; then
  echo "error: the binary asks for $wanted, and may ask for GLIBC_$glibc_floor at most:" >&2
  objdump -T "$stage/bin/keyroll" | grep -F "$wanted" >&2
  exit 1
fi

echo "staging"
documents=$stage/share/doc/keyroll
mkdir -p "$documents" "$stage/share/man"
python3 scripts/man.py "$stage/bin/keyroll" "$stage/share/man" "$SOURCE_DATE_EPOCH"
completions() {
  mkdir -p "$stage/share/$2"
  # bash sources its script, which then must not have a line that names an interpreter.
  "$stage/bin/keyroll" --generate-completion-script "$1" | sed '1{/^#!/d}' >"$stage/share/$2/$3"
}
completions bash bash-completion/completions keyroll
completions zsh zsh/vendor-completions _keyroll
completions fish fish/vendor_completions.d keyroll.fish
git archive --format=tar HEAD README.md SECURITY.md CHANGELOG.md LICENSE docs | tar --extract --directory "$documents" --exclude=docs/man
{
  echo "version: $version"
  echo "commit: $commit"
  echo "date: $(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)"
  echo "source: $name-source.tar.xz, SHA-256 $(sha256sum <"$folder/$name-source.tar.xz" | cut -d ' ' -f 1)"
  echo "architecture: $machine"
  echo "system: $(. /etc/os-release && echo "$PRETTY_NAME")"
  echo "swift: $(swift --version 2>/dev/null | head -n 1)"
  dpkg-query --show --showformat='package: ${Package} ${Version}\n' \
    binutils gcc g++ libc6-dev libp11-kit-dev libqrencode-dev libssl-dev rpm xz-utils | sort
  echo "glibc: $wanted at most"
  echo "build: scripts/package.sh, in a checkout of the commit"
  if [ "$place" != "$work" ]; then echo "path: $place/$name"; fi
} >"$documents/BUILDINFO"
python3 scripts/sbom.py --binary "$stage/bin/keyroll" --map "$work/link.map" --resolved "$source/Package.resolved" \
  --version "$version" --commit "$commit" --epoch "$SOURCE_DATE_EPOCH" \
  --sbom "$documents/SBOM.cdx.json" --copyright "$documents/copyright"
cp "$documents/BUILDINFO" "$documents/SBOM.cdx.json" "$folder"

echo "packing"
tree=$work/tree/$name-linux-$machine
rm -rf "$work/tree"
mkdir -p "$work/tree"
cp -R "$stage" "$tree"
(cd "$work/tree" && pack "$folder/$name-linux-$machine.tar.xz" "$(basename "$tree")")

# The folder for a package below ROOT, with manual pages as Debian and Red Hat want them.
lay_out() {
  rm -rf "$1"
  mkdir -p "$1/usr"
  cp -R "$stage/bin" "$stage/share" "$1/usr"
  find "$1/usr/share/man" -type f -exec gzip --best --no-name {} +
}

root=$work/deb
lay_out "$root"
python3 scripts/changelog.py CHANGELOG.md "$maintainer" "$SOURCE_DATE_EPOCH" | gzip --best --no-name \
  >"$root/usr/share/doc/keyroll/changelog.gz"
rm "$root/usr/share/doc/keyroll/LICENSE" "$root/usr/share/doc/keyroll/CHANGELOG.md"
mkdir -p "$root/DEBIAN" "$work/shlibdeps/debian"
printf 'Source: keyroll\n\nPackage: keyroll\nArchitecture: any\n' >"$work/shlibdeps/debian/control"
depends=$(cd "$work/shlibdeps" && dpkg-shlibdeps -O "$root/usr/bin/keyroll" | sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<CONTROL
Package: keyroll
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du --summarize --apparent-size --block-size=1024 "$root/usr" | cut -f 1)
Depends: $depends
Suggests: curl, libqrencode4, openssl-provider-legacy
Section: utils
Priority: optional
Description: sign and check tokens that prove possession of a key
 keyroll signs and verifies the JSON Web Tokens that prove possession of an
 RSA key: the proof that Microsoft Graph wants for addKey and removeKey,
 client assertions, and the tokens of other issuers by a profile. Keys are in
 PEM or PFX files, on PKCS #11 tokens or behind a program.
 .
 It opens no network connection.
CONTROL
(cd "$root" && find usr -type f -print0 | sort --zero-terminated | xargs --null md5sum) >"$root/DEBIAN/md5sums"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$root" "$folder/keyroll_${version}_$architecture.deb" >/dev/null

root=$work/rpm
lay_out "$root"
mkdir "$root/usr/share/zsh/site-functions"
mv "$root/usr/share/zsh/vendor-completions/_keyroll" "$root/usr/share/zsh/site-functions"
rmdir "$root/usr/share/zsh/vendor-completions"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
cat >"$work/keyroll.spec" <<SPEC
%define __os_install_post %{nil}
%define debug_package %{nil}
%define _build_id_links none
%define _buildhost localhost
%define _binary_payload w9.xzdio
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
Name: keyroll
Version: $version
Release: 1
Summary: Sign and check tokens that prove possession of a key
License: Apache-2.0 AND Apache-2.0 WITH Swift-exception AND Apache-2.0 WITH LLVM-exception AND GPL-3.0-or-later WITH GCC-exception-3.1
AutoReqProv: no
$(/usr/lib/rpm/elfdeps --requires "$root/usr/bin/keyroll" | sort -u | sed 's/^/Requires: /')

%description
keyroll signs and verifies the JSON Web Tokens that prove possession of an RSA
key: the proof that Microsoft Graph wants for addKey and removeKey, client
assertions, and the tokens of other issuers by a profile. Keys are in PEM or
PFX files, on PKCS #11 tokens or behind a program. It opens no network
connection.

%install
mkdir -p %{buildroot}
cp -Rp $root/usr %{buildroot}

%files
$(cd "$root" && find usr -type f | sort | sed -e 's|^|/|' -e 's|^/usr/share/doc/|%doc &|')
%dir /usr/share/doc/keyroll
$(cd "$root" && find usr/share/doc/keyroll -mindepth 1 -type d | sort | sed 's|^|%dir /|')
SPEC
rpmbuild --quiet -bb --target "$machine" --define "_topdir $work/rpmbuild" --define "_rpmdir $work/rpms" \
  --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" "$work/keyroll.spec"
cp "$work/rpms/keyroll-$version-1.$machine.rpm" "$folder"

(cd "$folder" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
find "$folder" -type f -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
cat "$folder/SHA256SUMS"
