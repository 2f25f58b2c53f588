import Foundation
import TestSupport

/// Signatures by the `openssl` command: right ones, and wrong ones as some signers make them.
struct SignatureScript: Sendable, CustomStringConvertible {
  let description: String
  /// Shell that is run in the folder of `input`, the message, with `$KEY` as the file of the key; it writes
  /// `signature`.
  let lines: String

  init(_ description: String, _ lines: String) {
    self.description = description
    self.lines = lines
  }

  func signature(for message: [UInt8], key: String) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try folder.write(message, to: "input")
    let outcome = try Judge.run(
      "/bin/sh", ["-c", "set -eu; cd \"$1\"; KEY=$2\n" + Self.files + lines, "sh", folder.path("."), key])
    guard outcome.status == 0 else { throw SystemFailure("\(description): \(outcome)", code: EIO) }
    return try folder.bytes("signature")
  }

  /// What a signer may get, made by openssl or by hand: a DigestInfo is 19 bytes before the digest.
  private static let files = """
    hex() { od -An -v -tx1 | tr -d ' \\n'; }
    sign() { openssl pkeyutl -sign -inkey "$KEY" -out signature "$@"; }
    hashed() { openssl dgst -sign "$KEY" -out signature "$@"; }
    pss='-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest'
    for hash in sha1 sha256 sha384 sha512; do openssl dgst -$hash -binary input > $hash; done
    { printf '\\060\\061\\060\\015\\006\\011\\140\\206\\110\\001\\145\\003\\004\\002\\001\\005\\000\\004\\040'; cat sha256; } > digest-info

    """
}
