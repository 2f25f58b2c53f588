public import Encodings
import JSON
import Messages
public import Signing

/// The rule for `kid`.
public struct KeyIDPolicy: Sendable, Hashable {
  /// How the value is found.
  @nonexhaustive
  public enum Form: Sendable, Hashable {
    /// The SHA-1 thumbprint of the certificate in 40 upper-case hexadecimal digits.
    case sha1Thumbprint
    /// The issuer's name for the key, or nil if it is not known here.
    case text(ExactText?)
    /// A digest of the key or of its certificate.
    case computed(KeyIDComputation)

    /// False if the profile itself defines the value.
    var isOfKey: Bool { if case .text(.some) = self { false } else { true } }
  }

  /// How `kid` is made.
  public let form: Form
  /// True if the header must have `kid`.
  public let isRequired: Bool
  /// False if the receiver finds the key by another name, so that another `kid` is only a warning.
  public let isBinding: Bool

  public init(_ form: Form, isRequired: Bool = false, isBinding: Bool = true) {
    self.form = form
    self.isRequired = isRequired
    self.isBinding = isBinding
  }
}

/// A `kid` that is a digest of the key or of its certificate, so that nobody has to agree on it.
public struct KeyIDComputation: Sendable, Hashable {
  /// The input of the digest.
  @nonexhaustive
  public enum Subject: String, Sendable, Hashable, CaseIterable {
    /// The JSON Web Key, as RFC 7638 writes it.
    case jwk
    /// The SubjectPublicKeyInfo in DER.
    case publicKey = "public-key"
    /// The certificate in DER.
    case certificate
  }

  /// The hash function that a computed `kid` uses.
  @nonexhaustive
  public enum Hash: String, Sendable, Hashable, CaseIterable {
    /// 20 and 32 bytes.
    case sha1 = "SHA-1", sha256 = "SHA-256"

    var digest: DigestAlgorithm { self == .sha1 ? .sha1 : .sha256 }
  }

  /// How the digest in a computed `kid` is written.
  @nonexhaustive
  public enum Encoding: String, Sendable, Hashable, CaseIterable {
    /// Base64url without padding, and standard base64 with it.
    case base64url, base64
    /// Hexadecimal in small letters, and in capital ones.
    case hex = "hex", upperCaseHex = "upper-case-hex"
  }

  /// What is hashed.
  public let subject: Subject
  /// The hash function.
  public let hash: Hash
  /// How the digest is written.
  public let encoding: Encoding

  public init(of subject: Subject, _ hash: Hash = .sha256, in encoding: Encoding = .base64url) {
    self.subject = subject
    self.hash = hash
    self.encoding = encoding
  }

  /// Nil if it needs a certificate and there is none, and for a key that is not RSA.
  public func text(of key: PublicKey, _ certificate: Certificate?, with cryptography: any Cryptography) -> ExactText? {
    guard let bytes = subjectBytes(key, certificate) else { return nil }
    let digest: [UInt8]
    do throws(KeyError) { digest = try cryptography.digest(bytes.span, with: hash.digest) } catch { return nil }
    return switch encoding {
    case .base64url: ExactText(Base64.url.text(digest))
    case .base64: ExactText(Base64.standard.text(digest))
    case .hex: ExactText(Hexadecimal.lowerCase(digest))
    case .upperCaseHex: ExactText(Hexadecimal.upperCase(digest))
    }
  }

  private func subjectBytes(_ key: PublicKey, _ certificate: Certificate?) -> [UInt8]? {
    switch subject {
    case .certificate: return certificate?.der
    case .publicKey: return key.subjectPublicKeyInfo
    case .jwk:
      guard let numbers = key.rsa else { return nil }
      let (exponent, modulus) = (Base64.url.text(numbers.exponent), Base64.url.text(numbers.modulus))
      return Array("{\"e\":\"\(exponent)\",\"kty\":\"RSA\",\"n\":\"\(modulus)\"}".utf8)
    }
  }

  /// For messages: `the SHA-256 of the certificate in base64url`.
  public var summary: String {
    let what =
      switch subject {
      case .jwk: "JSON Web Key (RFC 7638)"
      case .publicKey: "public key"
      case .certificate: "certificate"
      }
    return "the \(hash.rawValue) of the \(what) in \(encoding.rawValue)"
  }
}

extension Profile {
  /// The `kid` that the profile computes; nil if it computes none, or if the input is missing.
  public func computedKeyID(
    _ key: PublicKey, _ certificate: Certificate?, with cryptography: any Cryptography
  ) -> ExactText? {
    guard case .computed(let computation) = keyID.form else { return nil }
    return computation.text(of: key, certificate, with: cryptography)
  }
}

/// `kid` (RFC 7515, section 4.1.4) names the trusted key, as far as the profile defines it.
struct KeyIDRule: ClaimRule {
  var id: String { "kid" }
  var verdict: Check.Verdict { .signature }
  let policy: KeyIDPolicy
  let cryptography: any Cryptography
  let isLenient: Bool

  private static let choice = "give the key that the token names, or remove kid from the header"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["kid"] else {
      return policy.isRequired
        ? failed(
          .keyIDMissing, "kid is missing; this issuer needs it to find the key",
          hint: "write the kid that the issuer knows the key by")
        : skipped(.absentOptional, "not there and not needed")
    }
    guard let text = found.string else {
      return failed(
        .hintMalformed, "kid is \(found.kind), not a string", hint: "write it as a string, or leave it out",
        found: found)
    }
    if let strange = draft.strangeHints, policy.form.isOfKey {
      return strange.contains("kid")
        ? failed(
          .keyIDOfAnother, "kid is not of any given key: \(quoting: text)", hint: Self.choice, found: found)
        : skipped(.notReached, "there is no key to compare it with")
    }
    switch policy.form {
    case .sha1Thumbprint:
      guard let certificate = draft.certificate else {
        return warning(.notCompared, "kid was not compared: no certificate was given", found: found)
      }
      if Hexadecimal.isText(text, of: certificate.sha1Thumbprint) { return passed(found: found) }
      return irregular(
        isTolerated: isLenient || !policy.isBinding, .keyIDOfAnother,
        "kid is not the SHA-1 thumbprint of the certificate in hexadecimal",
        hint:
          "the certificate of \(quoting: certificate.subject) has \(Hexadecimal.upperCase(certificate.sha1Thumbprint))",
        found: found)
    case .computed(let computation):
      guard let key = draft.publicKey,
        let expected = computation.text(of: key, draft.certificate ?? draft.keySource, with: cryptography)
      else {
        return warning(.notCompared, "kid was not compared: it is \(computation.summary)", found: found)
      }
      if text == expected { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is \(quoting: text), not \(computation.summary)",
        hint: "\(quoting: expected) is expected",
        found: found)
    case .text(let expected?):
      if text == expected { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is \(quoting: text), and \(quoting: expected) is expected", hint: Self.choice,
        found: found)
    case .text(nil):
      guard let known = draft.keyID else {
        return skipped(.notCompared, "kid is \(quoting: text); there is nothing to compare it with")
      }
      if text == known { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is \(quoting: text), and the key given is \(quoting: known)", hint: Self.choice,
        found: found)
    }
  }
}
