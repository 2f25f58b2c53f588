import Encodings
import Messages
internal import Signing
import System

/// JSON in which services return keys and certificates: the file inside it, or the step that extracts it.
struct KeyFileJSON {
  private let object: SecretJSON
  private let wanted: KeyFileContent
  private let subject: String

  /// Nil for text that is not exactly one valid JSON object.
  init?(_ text: Span<UInt8>, wanting wanted: KeyFileContent, of subject: String) {
    guard let object = SecretJSON(text) else { return nil }
    self.object = object
    self.wanted = wanted
    self.subject = subject
  }

  /// True for an object that is a key, a certificate or a secret around one, and not a directory's list of registered
  /// keys.
  static func isAround(_ text: Span<UInt8>) -> Bool {
    guard let object = SecretJSON(text) else { return false }
    return object.string("cer") != nil || object.string("private_key") != nil || isVaultSecret(object)
  }

  /// The file inside: PEM, DER or PFX, as text or decoded. `text` is the text that this was made from.
  ///
  /// Throws an error that names a key that is not opened here, and the step that extracts it: `unrecognised-key-file`,
  /// `no-private-key`, `no-certificate`, `no-public-key`, `several-keys`, `key-not-rsa` or `malformed-jwk`.
  func contents(of text: Span<UInt8>) throws(KeyError) -> SecretBytes {
    if object.object("boxAppSettings") != nil {
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is a configuration of Box, whose private key is under a passphrase",
        hint:
          "extract the key; its password is the passphrase beside it: jq -r .boxAppSettings.appAuth.privateKey FILE > key.pem"
      )
    }
    if object.string("kty") != nil || object["keys"] != nil { return try webKey(text) }
    if let key = object.object("key"), key.string("kty") != nil, key["d"] == nil, wanted == .privateKey {
      throw KeyError(
        .noPrivateKey, "\(naming: subject) is a key of Key Vault as the vault shows it, without its private part",
        hint: "the key stays in the vault: prepare a signing request, and have the vault sign it")
    }
    // The other members of a service account say whose key it is.
    if let place = object.string("private_key") { return SecretJSON.decoded(place, of: text) }
    if let place = object.string("cer") {
      if wanted == .privateKey {
        throw KeyError(
          .noPrivateKey, "\(naming: subject) is a certificate of Key Vault, without its private key",
          hint: "the key is in the secret of the same name: give that, or the key in the vault")
      }
      return SecretJSON.decoded(place, of: text)
    }
    if Self.isVaultSecret(object), let place = object.string("value") { return SecretJSON.decoded(place, of: text) }
    throw unknown(text)
  }

  /// The output of `az keyvault secret show`, and of the service itself.
  private static func isVaultSecret(_ object: SecretJSON) -> Bool {
    object.string("value") != nil
      && ["contentType", "attributes", "id", "kid"].contains { object[$0] != nil }
  }

  /// Names the members that a key is in, and the step that extracts it.
  private func unknown(_ text: Span<UInt8>) -> KeyError {
    let paths = KeyPaths(to: wanted, in: object, of: text).paths
    guard let first = paths.first else {
      return KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is JSON without a \(wanted.name) that keyroll can read",
        hint: "give a \(wanted.name) as PEM or DER, or a PFX")
    }
    return KeyError(
      .unrecognisedKeyFile,
      "\(naming: subject) is JSON with a \(wanted.name) in it, at \(paths.joined(separator: " and at "))",
      hint: "extract it into a file of its own: jq -r '\(first)' FILE")
  }
}

/// The purpose of reading a file.
enum KeyFileContent: Sendable {
  case privateKey, certificate, publicKey

  var name: String {
    switch self {
    case .privateKey: "private key"
    case .certificate: "certificate"
    case .publicKey: "public key"
    }
  }
}

// JSON Web Keys

extension KeyFileJSON {
  /// The members of a private RSA key in the order of an RSAPrivateKey (RFC 7518, section 6.3.2; RFC 8017, appendix A.1.2).
  private static let numbers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"]

  /// An RSAPrivateKey in DER from a JSON Web Key, or from the only private RSA key of a JWK Set.
  private func webKey(_ text: Span<UInt8>) throws(KeyError) -> SecretBytes {
    if wanted != .privateKey {
      throw KeyError(
        wanted == .certificate ? .noCertificate : .noPublicKey,
        "\(naming: subject) is a JSON Web Key, and a \(wanted.name) as PEM or DER is wanted",
        hint: wanted == .certificate
          ? "give the certificate of the key" : "convert it, or give the certificate of the key")
    }
    guard let keys = object["keys"] else { return try rsaPrivateKey(object, text) }
    var found: [SecretJSON] = []
    if case .array(let elements) = keys {
      for case .object(let key) in elements where key["d"] != nil && isType("RSA", of: key, text) { found.append(key) }
    }
    if found.count > 1 {
      throw KeyError(
        .severalKeys, "\(naming: subject) is a JWK Set with \(found.count) private RSA keys",
        hint: "take out the one that is meant: jq '.keys[0]' FILE")
    }
    guard let key = found.first else {
      throw KeyError(.noPrivateKey, "\(naming: subject) is a JWK Set without a private RSA key")
    }
    return try rsaPrivateKey(key, text)
  }

  private func rsaPrivateKey(_ key: SecretJSON, _ text: Span<UInt8>) throws(KeyError) -> SecretBytes {
    guard isType("RSA", of: key, text) else {
      let type = ["EC", "OKP", "oct", "AKP"].first { isType($0, of: key, text) } ?? "another type"
      throw KeyError(
        .keyNotRSA, "the JSON Web Key at \(naming: subject) is of type \(type), and these tokens take RSA keys only")
    }
    if key["d"] == nil {
      throw KeyError(
        .noPrivateKey, "\(naming: subject) is a JSON Web Key without its private part",
        hint: "give the private key, which has the member d")
    }
    if key["oth"] != nil { throw malformed("it has more than two primes") }
    if let use = key.string("use"), !isEqual(use, "sig", text) { throw malformed("use is not sig") }
    // The version of a key with two primes.
    var contents = SecretBytes(capacity: 4096)
    DER.appendInteger([0].span, to: &contents)
    let missing = Self.numbers.filter { key.string($0) == nil }
    if !missing.isEmpty, key.string("n") != nil, key.string("e") != nil {
      throw malformed(
        "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing or not a string, and p, q, dp, dq and qi are needed beside d"
      )
    }
    for name in Self.numbers {
      guard let place = key.string(name) else { throw malformed("\(name) is missing or not a string") }
      let spelling = SecretJSON.decoded(place, of: text)
      let number = spelling.withBytes { text in
        try? SecretBytes(decoding: text, as: .url, tolerating: [.padding, .otherAlphabet])
      }
      guard let number, !number.isEmpty else { throw malformed("\(name) is not base64url") }
      number.withBytes { bytes in DER.appendInteger(bytes, to: &contents) }
    }
    return DER.sequence(contents)
  }

  private func isType(_ name: String, of key: SecretJSON, _ text: Span<UInt8>) -> Bool {
    key.string("kty").map { isEqual($0, name, text) } ?? false
  }

  private func isEqual(_ place: Range<Int>, _ value: String, _ text: Span<UInt8>) -> Bool {
    place.count == value.utf8.count
      && value.utf8.enumerated().allSatisfy { text[place.lowerBound + $0.offset] == $0.element }
  }

  private func malformed(_ problem: String) -> KeyError {
    KeyError(.malformedJWK, "the JSON Web Key at \(naming: subject) cannot be read: \(problem)")
  }
}

/// The places of keys and certificates in JSON of an unknown kind.
private struct KeyPaths {
  /// In the syntax of `jq`.
  private(set) var paths: [String] = []
  private let mark: [UInt8]
  /// True if a private JSON Web Key is looked for as well.
  private let isOfKey: Bool

  /// The most places to list.
  private static let mostPaths = 3

  init(to wanted: KeyFileContent, in object: SecretJSON, of text: Span<UInt8>) {
    mark =
      switch wanted {
      case .privateKey: Array("PRIVATE KEY-----".utf8)
      case .certificate: Array("CERTIFICATE-----".utf8)
      case .publicKey: Array("PUBLIC KEY-----".utf8)
      }
    isOfKey = wanted == .privateKey
    visit(.object(object), "", text)
  }

  private mutating func visit(_ value: SecretJSON.Value, _ path: String, _ text: Span<UInt8>) {
    if paths.count == Self.mostPaths { return }
    switch value {
    case .string(let place): if holdsKey(text.extracting(place)) { paths.append(path) }
    case .object(let object):
      if isOfKey, object.string("kty") != nil, object["d"] != nil {
        paths.append(path.isEmpty ? "." : path)
        return
      }
      for member in object.members {
        guard let step = Self.step(member.name) else { continue }
        visit(member.value, path + step, text)
      }
    case .array(let values):
      for (index, value) in values.enumerated() { visit(value, (path.isEmpty ? "." : path) + "[\(index)]", text) }
    case .other: break
    }
  }

  /// True for PEM, for PEM in base64 as clusters store it, and for a PFX in base64.
  private func holdsKey(_ text: Span<UInt8>) -> Bool {
    if holdsMark(text) { return true }
    guard let decoded = DERText.decoded(text) else { return false }
    return decoded.withBytes { bytes in holdsMark(bytes) || KeyFileFormat.beginsPFX(bytes) }
  }

  private func holdsMark(_ text: Span<UInt8>) -> Bool {
    text.count >= mark.count
      && (0...text.count - mark.count).contains { start in mark.indices.allSatisfy { text[start + $0] == mark[$0] } }
  }

  /// Nil for a name that a shell would change.
  private static func step(_ name: [UInt8]) -> String? {
    guard let first = name.first, let text = String(validating: name, as: UTF8.self),
      name.allSatisfy({ ASCII.isLetterOrDigit($0) || "_.-".utf8.contains($0) })
    else { return nil }
    let isPlain = !ASCII.isDigit(first) && name.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    return isPlain ? ".\(text)" : ".\"\(text)\""
  }
}
