#!/usr/bin/env bash
# Prints how large the rooms of Sources are and who imports whom. Fails if a limit or the table of imports is broken, or if a
# public declaration has no doc comment.
set -euo pipefail
cd "$(dirname "$0")/.."

most_files=400
least_median=80
most_lines=350

# What each room may import. C libraries and the system's own library are rooms here, too.
allowed() {
  case $1 in
    Encodings) ;;
    Messages) echo Encodings ;;
    JSON) echo Encodings Messages ;;
    System) echo Encodings Messages CLinux Glibc Musl ;;
    Signing) echo Encodings Messages System ;;
    OpenSSLCrypto) echo Encodings Messages System Signing COpenSSL ;;
    PKCS11) echo Encodings Messages System Signing CP11Kit ;;
    ExternalProgram) echo Encodings Messages System JSON Signing ;;
    Tokens) echo Encodings Messages System JSON Signing ;;
    Entra) echo Encodings Messages System JSON Signing Tokens ;;
    QRCodes) echo Encodings Messages System Signing CQREncode ;;
    SigningTesting) echo Encodings Messages System Signing ;;
    Keyroll) echo Encodings Messages System JSON Signing OpenSSLCrypto PKCS11 ExternalProgram Tokens Entra QRCodes ;;
    KeyrollCLI) echo Keyroll ArgumentParser CRelease ;;
    *) return 1 ;;
  esac
  # Every room may use locks and the like.
  echo Synchronization
}

failures=0
fail() {
  echo "broken: $*"
  failures=$((failures + 1))
}

# Prints the number of files, the lines in the median file and in the longest, and the lines of all of those that are named on standard input.
sizes() {
  xargs wc -l | awk '$2 != "total" { print $1 }' | sort -n |
    awk '{ lines[NR] = $1; sum += $1 } END { printf "%d %d %d %d\n", NR, lines[int((NR + 1) / 2)], lines[NR], sum }'
}

imports() {
  grep -rhoE '^(@[a-z_A-Z]+ )?((public|package|internal|private) )?import [A-Za-z0-9_]+|^  import [A-Za-z0-9_]+' "$1" --include='*.swift' |
    awk '{ print $NF }' | sort -u
}

printf '%-16s %6s %7s %8s %6s   %s\n' room files median longest lines imports
for folder in Sources/*/; do
  room=$(basename "$folder")
  if ! find "$folder" -name '*.swift' | grep -q .; then
    continue
  fi
  if ! may=" $(allowed "$room" | tr '\n' ' ') "; then
    fail "$room is not in the table of imports"
    continue
  fi
  read -r files median longest lines < <(find "$folder" -name '*.swift' | sizes)
  found=$(imports "$folder" | grep -vxE 'Synchronization|Musl' | tr '\n' ' ' || true)
  printf '%-16s %6d %7d %8d %6d   %s\n' "$room" "$files" "$median" "$longest" "$lines" "$found"
  for import in $(imports "$folder"); do
    case $may in *" $import "*) ;; *) fail "$room imports $import" ;; esac
  done
done

read -r files median longest lines < <(find Sources -name '*.swift' | sizes)
printf '%-16s %6d %7d %8d %6d\n' all "$files" "$median" "$longest" "$lines"
if [ "$files" -gt $most_files ]; then fail "more than $most_files files"; fi
if [ "$median" -lt $least_median ]; then fail "the median file has less than $least_median lines"; fi
if [ "$longest" -gt $most_lines ]; then fail "a file has more than $most_lines lines"; fi

# A library knows no option of the command: what a hint wants is worded by the command. A whole line to copy is something else.
while IFS= read -r line; do fail "an option of the command in a library: $line"; done < <(
  find Sources -name '*.swift' -not -path 'Sources/KeyrollCLI/*' -print0 |
    xargs -0 grep -nE '^[^/]*"[^"]*--[a-z][a-z-]+' | grep -vE 'curl |tpm2_|pkcs11-tool|openssl |keyroll (explain|create|keys) |gpgsm |az ad |/TokenObject\.swift' || true)

# One place of the command chooses the cryptography.
while IFS= read -r line; do fail "a type of OpenSSL in the command: $line"; done < <(
  grep -rnE '\b(OpenSSL[A-Z][A-Za-z]*|RSASignatureVerifier|RSASigner|EVP_[A-Za-z]+)\b' Sources/KeyrollCLI --include='*.swift' || true)

# What a program that uses the libraries can see has a doc comment.
while IFS= read -r line; do fail "no doc comment: $line"; done < <(python3 -I scripts/undocumented.py || true)

exit $((failures > 0))
