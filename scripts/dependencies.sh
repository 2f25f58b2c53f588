# shellcheck shell=bash
# Sourced by the other scripts: finds what a Debian machine lacks for a task, and installs only that, by apt.

# require LEVEL...: build, test, benchmark, fixtures, package, packages, or hsm and its parts. Fails with one line if something is missing and cannot be installed.
require() {
  local level missing=()
  for level in "$@"; do
    "_look_for_$level" || return
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return 0
  fi
  if ! command -v apt-get >/dev/null; then
    echo "error: ${missing[*]} missing, and there is no apt-get here; install them in the way of this system" >&2
    return 1
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "error: ${missing[*]} missing; run this as root, or install sudo, or have them installed" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# judges: puts the Python packages of Tests/Judges, in the versions named there, into .build/judges.
judges() {
  local wanted=Tests/Judges/requirements.txt place=.build/judges
  if cmp --silent "$wanted" "$place/requirements.txt"; then
    return 0
  fi
  echo "installing the packages of $wanted into $place"
  python3 -m venv --clear "$place"
  "$place/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
  cp "$wanted" "$place"
}

_look_for_build() {
  if ! command -v swift >/dev/null; then
    echo "error: swift is not on the PATH; Swift 6.2 or later comes from https://www.swift.org/install" >&2
    return 1
  fi
  # What a Swift toolchain needs of the system.
  swift --version >/dev/null 2>&1 || missing+=(libcurl4 libncurses6 libsqlite3-0 libxml2)
  _want gcc command -v gcc
  _want g++ compgen -G '/usr/include/c++/*/vector'

  _want ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
  _want git command -v git
  _want libssl-dev test -e /usr/include/openssl/evp.h
  _want libp11-kit-dev test -e /usr/include/p11-kit-1/p11-kit/p11-kit.h
  _want libqrencode-dev test -e /usr/include/qrencode.h
  _want openssl command -v openssl
  _want pkg-config command -v pkg-config
}

_look_for_test() {
  _want acl command -v setfacl
  _want busybox command -v busybox
  _want curl command -v curl
  _want default-jre-headless command -v keytool
  _want gnutls-bin command -v certtool
  _want libnss3-tools command -v certutil
  _want dash command -v dash
  _want fish command -v fish
  _want python3 command -v python3
  _want python3-venv python3 -c 'import ensurepip'
  _want librsvg2-bin command -v rsvg-convert
  _want strace command -v strace
  _want zbar-tools command -v zbarimg
  _want zsh command -v zsh
}

# The tools that make packages.
_look_for_package() {
  _want binutils command -v objcopy
  _want dpkg-dev command -v dpkg-shlibdeps
  _want python3 command -v python3
  _want rpm command -v rpmbuild
  _want xz-utils command -v xz
}

# The tools that judge packages.
_look_for_packages() {
  _look_for_package
  _want bash-completion test -e /usr/share/bash-completion/bash_completion
  _want debootstrap command -v debootstrap
  _want fish command -v fish
  _want lintian command -v lintian
  _want mandoc command -v mandoc
  _want python3-venv python3 -c 'import ensurepip'
  _want util-linux command -v unshare
  _want zsh command -v zsh
}

_look_for_benchmark() {
  _want jose command -v jose
}

_look_for_fixtures() {
  _look_for_test
  _want openssl command -v openssl
  _want default-jdk-headless command -v keytool
  _want libnss3-tools command -v pk12util
  _want gnutls-bin command -v certtool
}

# Every PKCS#11 module that the tests know, with the tools that fill its tokens.
_look_for_hsm() {
  _look_for_softhsm
  _look_for_nss
  _look_for_opencryptoki
  _look_for_tpm2
}

_look_for_softhsm() {
  _want softhsm2 command -v softhsm2-util
  _look_for_token_tools
}

_look_for_nss() {
  _want libnss3 compgen -G '/usr/lib/*/libsoftokn3.so'
  _want libnss3-tools command -v pk12util
  _look_for_token_tools
}

_look_for_opencryptoki() {
  _want opencryptoki test -x /usr/sbin/pkcsslotd
  _look_for_token_tools
}

_look_for_tpm2() {
  _want libtpm2-pkcs11-1 compgen -G '/usr/lib/*/libtpm2_pkcs11.so.1'
  _want libtpm2-pkcs11-tools command -v tpm2_ptool
  _want swtpm command -v swtpm
  _want tpm2-tools command -v tpm2
  _look_for_token_tools
}

_look_for_token_tools() {
  _want openssl command -v openssl
  _want opensc command -v pkcs11-tool
  _want gnutls-bin command -v p11tool
  _want p11-kit command -v p11-kit
  _want p11-kit-modules compgen -G '/usr/lib/*/p11-kit-proxy.so'
}

# _want PACKAGE CHECK...: the package is missing if the check fails.
_want() {
  local package=$1
  shift
  if ! "$@" >/dev/null 2>&1 && [[ " ${missing[*]} " != *" $package "* ]]; then
    missing+=("$package")
  fi
}
