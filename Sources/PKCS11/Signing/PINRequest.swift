internal import Signing

/// Where the PIN of a token comes from: the file that the URI names, else whoever opens the key.
struct PINRequest: Sendable {
  /// Nil where nothing but the token is known.
  let uri: PKCS11URI?
  let secrets: any SecretProvider

  /// The longest PIN in bytes.
  private static let limit = 4096

  /// Throws `pin-required` when there is none, and `secret-unavailable` for a source that cannot be read or is empty.
  func pin(of info: TokenInfo) throws(KeyError) -> PIN {
    if let source = uri?[.pinSource].flatMap(PINSource.init) { return PIN(try contents(of: source)) }
    // The URI as it was read, which holds no secret.
    let subject = uri?.description ?? PKCS11URI(info.uriValues)?.description ?? PKCS11URI.scheme
    let request = SecretRequest(purpose: .pin(token: info.label.text, serial: info.serial.text), subject: subject)
    guard let secret = try secrets.secret(for: request) else {
      throw KeyError(.pinRequired, "\(info.summary) needs a PIN, and none was given")
    }
    if secret.isEmpty {
      throw KeyError(
        .secretUnavailable, "the PIN for \(info.summary) is empty, which is more likely an accident than a PIN")
    }
    return PIN(secret)
  }

  private func contents(of source: PINSource) throws(KeyError) -> SecretBytes {
    let contents: SecretBytes
    do {
      contents = try SecretBytes.contents(ofFile: source.path, limit: Self.limit)
    } catch {
      throw KeyError(
        .secretUnavailable, "the PIN cannot be read as pin-source says: \(error.message)", hint: error.hint)
    }
    let pin = Self.withoutLineBreak(contents)
    if pin.isEmpty { throw KeyError(.secretUnavailable, "the file that pin-source names is empty: \(source.path)") }
    return pin
  }

  /// Drops one line feed, or one carriage return and line feed, from the end.
  private static func withoutLineBreak(_ contents: consuming SecretBytes) -> SecretBytes {
    let count = contents.withBytes { bytes in
      var count = bytes.count
      if count > 0 && bytes[count - 1] == UInt8(ascii: "\n") {
        count -= 1
        if count > 0 && bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
      }
      return count
    }
    contents.truncate(to: count)
    return contents
  }
}
