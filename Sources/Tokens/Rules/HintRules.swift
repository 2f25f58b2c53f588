public import Encodings
import JSON
import Messages
import Signing

/// A header name by which the receiver finds the key (RFC 7515, section 4.1).
@nonexhaustive
public enum KeyHint: String, Sendable, Hashable, CaseIterable {
  case kid = "kid"
  case x5t = "x5t"
  case x5tS256 = "x5t#S256"
  case x5c = "x5c"

  /// The hint of this exact name.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = match
  }
}

/// What `kid` is.
public struct KeyIDPolicy: Sendable, Hashable {
  /// How the value is found.
  @nonexhaustive
  public enum Form: Sendable, Hashable {
    /// The SHA-1 thumbprint of the certificate in 40 upper-case hexadecimal digits.
    case sha1Thumbprint
    /// What the issuer knows the key by, or nil when it is not known here.
    case text(ExactText?)

    /// False where the profile itself says what it is.
    var isOfKey: Bool { if case .text(.some) = self { false } else { true } }
  }

  public let form: Form
  public let isRequired: Bool

  public init(_ form: Form, isRequired: Bool = false) {
    self.form = form
    self.isRequired = isRequired
  }
}

/// At least one of the header names by which the service finds the certificate is there.
struct RequiredHintRule: ClaimRule {
  var id: String { "key-hint" }
  var verdict: Check.Verdict { .signature }
  /// Empty where the service needs none.
  let names: [ExactText]

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if names.isEmpty { return skipped(.notApplicable, "no header name is needed to find the key") }
    for name in names where draft.header.contains(name) { return passed(found: .string(name)) }
    let list = names.map(\.text).joined(separator: " or ")
    return failed(
      .hintMissing, "\(list) is missing, and the service finds the certificate by it",
      hint: "write \(list) into the header")
  }
}

/// `x5t` or `x5t#S256` (RFC 7515, sections 4.1.7 and 4.1.8) belongs to the certificate, and is spelled as it should be.
struct ThumbprintRule: ClaimRule {
  let kind: Thumbprint
  let isLenient: Bool

  var id: String { kind == .sha1 ? "x5t" : "x5t-s256" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header[kind.headerName] else {
      return skipped(.absentOptional, "not there, and not needed")
    }
    guard let text = found.string else {
      return failed(
        .hintMalformed, "\(kind.headerName) is \(found.kind), not a string",
        hint: "write it as a string, or leave it out", found: found)
    }
    let bytes: [UInt8]
    let irregularities: [Base64Error]
    do throws(Base64Error) {
      (bytes, irregularities) = try Base64.url.decodeReportingIrregularities(text)
    } catch {
      return failed(
        .thumbprintEncoding, "\(kind.headerName) is not base64url: \(error.message)", hint: spelling, found: found)
    }
    if let check = wrongLength(text, bytes, found) { return check }
    if let strange = draft.strangeHints {
      return strange.contains(kind.headerName)
        ? failed(
          .thumbprintOfAnother,
          "\(kind.headerName) is of none of the certificates given: \(Hexadecimal.upperCase(bytes))",
          hint: "give the certificate that it names, or write the thumbprint of the one that signs", found: found)
        : skipped(.notReached, "there is no certificate to compare it with")
    }
    // Padding and the standard alphabet are all that client libraries are seen to send; worse than that decides.
    let worst = irregularities.first { !Self.tolerated.contains($0.code) }
    guard let expected = draft.certificate.map(kind.bytes(of:)) ?? draft.hints.thumbprints[kind] else {
      if let worst {
        return failed(
          .thumbprintEncoding, "\(kind.headerName) is spelled with \(worst.problem)", hint: Self.canonical, found: found
        )
      }
      return irregular(
        isTolerated: isLenient, .thumbprintNotComparable,
        "\(kind.headerName) names a certificate, and only a bare public key was given to compare it with",
        hint: "give the certificate", found: found)
    }
    guard bytes == expected else {
      let whose = draft.certificate.map { "the certificate of \(quoting: $0.subject)" } ?? "the JSON Web Key given"
      return failed(
        .thumbprintOfAnother, "\(kind.headerName) is of another certificate: \(Hexadecimal.upperCase(bytes))",
        hint: "\(whose) has \(Hexadecimal.upperCase(expected))", found: found)
    }
    if let oddity = worst ?? irregularities.first {
      return irregular(
        isTolerated: isLenient && worst == nil, .thumbprintEncoding,
        "\(kind.headerName) is of this certificate, but spelled with \(oddity.problem)", hint: Self.canonical,
        found: found)
    }
    return passed(found: found)
  }

  private var spelling: String {
    "write base64url of the \(kind.byteCount) bytes of the \(kind.digest.rawValue) of the certificate's DER"
  }

  private static let canonical = "write it as base64url without padding"
  private static let tolerated: [Base64Error.Code] = [.padding, .otherAlphabet]

  /// Tells the usual mistakes apart by what is inside.
  private func wrongLength(_ text: ExactText, _ bytes: [UInt8], _ found: JSONValue) -> Check? {
    let expected = kind.byteCount
    if bytes.count == expected { return nil }
    let inner = String(validating: bytes, as: UTF8.self).map { ExactText($0) }
    if [text, inner].contains(where: { $0.flatMap { Thumbprint.bytes(ofHexadecimal: $0) } != nil }) {
      return failed(
        .thumbprintHexText, "\(kind.headerName) holds the hexadecimal text of a thumbprint instead of its bytes",
        hint: spelling, found: found)
    }
    if bytes.count == kind.other.byteCount {
      return failed(
        .thumbprintWrongHash,
        "\(kind.headerName) holds \(bytes.count) bytes, which is a \(kind.other.digest.rawValue)", hint: spelling,
        found: found)
    }
    return failed(
      .thumbprintLength, "\(kind.headerName) holds \(bytes.count) bytes, and \(expected) are needed", hint: spelling,
      found: found)
  }
}

/// `kid` (RFC 7515, section 4.1.4) names the trusted key, as far as the profile says what it should be.
struct KeyIDRule: ClaimRule {
  var id: String { "kid" }
  var verdict: Check.Verdict { .signature }
  let policy: KeyIDPolicy

  private static let choice = "give the key that the token names, or take kid out of the header"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["kid"] else {
      return policy.isRequired
        ? failed(
          .keyIDMissing, "kid is missing, and this issuer finds the key by it",
          hint: "write kid as the issuer knows the key")
        : skipped(.absentOptional, "not there, and not needed")
    }
    guard let text = found.string else {
      return failed(
        .hintMalformed, "kid is \(found.kind), not a string", hint: "write it as a string, or leave it out",
        found: found)
    }
    if let strange = draft.strangeHints, policy.form.isOfKey {
      return strange.contains("kid")
        ? failed(
          .keyIDOfAnother, "kid is of none of the keys given: \(quoting: text)", hint: Self.choice, found: found)
        : skipped(.notReached, "there is no key to compare it with")
    }
    switch policy.form {
    case .sha1Thumbprint:
      guard let certificate = draft.certificate else {
        return warning(.notCompared, "kid was not compared: no certificate was given", found: found)
      }
      if Hexadecimal.isText(text, of: certificate.sha1Thumbprint) { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is not the SHA-1 thumbprint of the certificate in hexadecimal",
        hint:
          "the certificate of \(quoting: certificate.subject) has \(Hexadecimal.upperCase(certificate.sha1Thumbprint))",
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
