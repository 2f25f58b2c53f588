import Encodings
public import Entra
import JSON
public import Messages
import PKCS11
public import Signing
import System
public import Tokens

/// Certificates from a name that a person gives: a file, `-` for standard input, or a `pkcs11:` reference.
extension Toolkit {
  /// What the name stands for, by its contents.
  public enum Contents: Sendable {
    /// The certificates of a file or token, at least one.
    case certificates([Certificate])
    /// The saved answer for an application or service principal.
    case registered(KeyCredentials)
  }

  /// Reads PEM, DER, a bundle, a PFX, saved `keyCredentials`, or the certificates that a `pkcs11:` reference matches.
  ///
  /// `secrets` has the password of a PFX, which is asked for only if the file does not open without one. If there are
  /// several saved objects, it takes the one that has one of `ids` as its object or application id. Throws what reading
  /// the file and the certificates or saved answer in it throws, as a `KeyError` that passes it on.
  public func contents(
    of name: String, choosing ids: [ExactText] = [], secrets: any SecretProvider = NoSecrets()
  ) throws(KeyError) -> Contents {
    if let reference = try Self.tokenReference(name) { return .certificates(try certificates(on: reference)) }
    let file = try Self.read(name)
    guard file.withBytes(mayBeRegistered) else {
      return .certificates(try certificates(in: file, of: name, secrets: secrets))
    }
    return .registered(
      try registered(in: file, of: name) { (bytes) throws(KeyCredentialsError) in
        try KeyCredentials(bytes, of: name, choosing: ids, cryptography: cryptography)
      })
  }

  /// What a saved file says is registered; of JSON that says nothing of it, the certificate in it is named.
  private func registered<Result>(
    in file: borrowing SecretBytes, of name: String, _ read: (Span<UInt8>) throws(KeyCredentialsError) -> Result
  ) throws(KeyError) -> Result {
    do throws(KeyCredentialsError) { return try file.withBytes(read) } catch {
      let named = file.withBytes { CertificatesInJSON($0, cryptography).error(name, inPlaceOf: error) }
      throw named ?? KeyError(error)
    }
  }

  /// The certificates of a PEM, DER or bundle file, or of a `pkcs11:` reference.
  public func certificates(from name: String) throws(KeyError) -> [Certificate] {
    try certificates(from: name, besideOpenKeys: false)
  }

  /// - Parameter besideOpenKeys: true if keys on tokens are open, which would lose their login if the modules were closed.
  func certificates(from name: String, besideOpenKeys: Bool) throws(KeyError) -> [Certificate] {
    if let reference = try Self.tokenReference(name) {
      return besideOpenKeys ? try tokens.certificates(at: reference) : try certificates(on: reference)
    }
    return try Self.read(name).withBytes { (bytes) throws(KeyError) in try certificates(in: bytes, of: name) }
  }

  /// The same for a file that may also be a PFX, or saved `keyCredentials`, of which it returns every certificate.
  public func certificates(from name: String, secrets: any SecretProvider) throws(KeyError) -> [Certificate] {
    if let reference = try Self.tokenReference(name) { return try certificates(on: reference) }
    let file = try Self.read(name)
    if file.withBytes(mayBeRegistered) {
      return try registered(in: file, of: name) { (bytes) throws(KeyCredentialsError) in
        try KeyCredentials.certificates(in: bytes, of: name, cryptography: cryptography)
      }
    }
    return try certificates(in: file, of: try KeyReference(name, of: []).description, secrets: secrets)
  }

  /// The one certificate that is meant, and its issuers as far as they are there, leaf first: see `CertificateChoice`.
  public func chain(from name: String, at time: NumericDate) throws(KeyError) -> [Certificate] {
    let certificates = try certificates(from: name)
    let leaf = try CertificateChoice(at: time.seconds, in: name).leaf(of: certificates, cryptography)
    return cryptography.chain(from: leaf, among: certificates)
  }

  /// The public keys of a PEM or DER file, or of a JSON Web Key or JWK Set, to verify with.
  ///
  /// `passingOver` is told of each key of a set that cannot be used; with none that can, the first reason is thrown.
  public func trustedKeys(
    from name: String, passingOver: (KeyError) -> Void = { _ in }
  ) throws(KeyError) -> [TrustedKey] {
    let file = try Self.read(name)
    var trusted: [TrustedKey] = []
    if file.withBytes({ bytes in Self.isLikelyJSON(bytes) && !isAroundKey(bytes) }) {
      let set: (keys: [JSONWebKey], faults: [KeyError])
      do throws(KeyError) {
        set = try file.withBytes { (text) throws(KeyError) in try JSONWebKey.keysAndFaults(text) }
      } catch {
        throw file.withBytes { CertificatesInJSON($0, cryptography).error(name) } ?? error
      }
      var unusable = set.faults
      for key in set.keys {
        do throws(KeyError) {
          let verifier = try cryptography.verifier(for: try cryptography.publicKey(rsa: key.numbers))
          trusted.append(
            TrustedKey(
              verifier, keyID: key.keyID, algorithm: key.algorithm, hints: try key.hints(with: cryptography)))
        } catch { unusable.append(error) }
      }
      if trusted.isEmpty, let first = unusable.first { throw first }
      unusable.forEach(passingOver)
    } else {
      let sources = (try? file.withBytes { (bytes) throws(KeyError) in try certificates(in: bytes, of: name) }) ?? []
      for key in try file.withBytes({ (bytes) throws(KeyError) in try publicKeys(in: bytes, of: name) }) {
        let source = sources.first { $0.publicKey == key }
        trusted.append(TrustedKey(try cryptography.verifier(for: key), source: source))
      }
    }
    return trusted
  }

  /// A reference to a token; nil for a path. Throws what is wrong with the reference.
  public static func tokenReference(_ name: String) throws(KeyError) -> KeyReference? {
    let prefix = "\(PKCS11URI.syntax.scheme):".utf8
    guard name.utf8.count > prefix.count,
      ASCII.isEqualIgnoringCase(name.utf8.prefix(prefix.count), prefix)
    else { return nil }
    return try KeyReference(name, of: [PKCS11URI.syntax])
  }

  private static func read(_ name: String) throws(KeyError) -> SecretBytes {
    try KeyError.passing { () throws(SystemError) in try SecretBytes.contents(ofFile: name, limit: mostFileBytes) }
  }

  /// Without a login, which certificates do not need.
  private func certificates(on reference: KeyReference) throws(KeyError) -> [Certificate] {
    // A token may allow only one session, which the key will need.
    defer { tokens.close() }
    return try tokens.certificates(at: reference)
  }

  /// True for JSON, alone or after the header of a response, that is not a key or certificate in a service's own form.
  private func mayBeRegistered(_ bytes: Span<UInt8>) -> Bool {
    let mark = Array("HTTP/".utf8)
    var start: [UInt8] = []
    // UTF-16 has a zero byte for each of these, and there may be a mark before them.
    for index in 0..<min(bytes.count, 64) where bytes[index] < 0x80 && bytes[index] != 0 && start.count < mark.count {
      if start.isEmpty, ASCII.isWhiteSpace(bytes[index]) { continue }
      start.append(bytes[index])
    }
    if start == mark || Self.isLikelyJSON(bytes) { return start == mark || !isAroundKey(bytes) }
    return Self.holdsRegistered(bytes)
  }

  /// True for text of other lines around JSON that says what is registered, as a terminal shows it.
  private static func holdsRegistered(_ bytes: Span<UInt8>) -> Bool {
    // DER, and more than a person copies.
    guard bytes.count > 0, bytes[0] != 0x30, bytes.count <= JSONLimits.savedRegistration.byteCount else { return false }
    let text = TerminalCodes.removed(from: DecodedText(bytes).bytes)
    let holds = { (words: String) in text.span.firstOffset(of: Array(words.utf8)) != nil }
    guard !holds("-----BEGIN "), holds("keyCredentials\"") || holds("KeyCredentials\"") else { return false }
    return JSONInText.next(in: text) != nil
  }

  /// True if an object or an array begins, also after the byte order marks of some tools. PEM and DER begin
  /// differently.
  private static func isLikelyJSON(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices {
      switch bytes[index] {
      case _ where ASCII.isWhiteSpace(bytes[index]): continue
      case 0x00, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF: continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): return true
      default: return false
      }
    }
    return false
  }
}
