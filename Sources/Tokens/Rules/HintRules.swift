import Encodings
import JSON
import Messages
import Signing

/// A header name that tells the receiver which key signed (RFC 7515, section 4.1).
@nonexhaustive
public enum KeyHint: String, Sendable, Hashable, CaseIterable {
  /// An id that sender and receiver know.
  case kid = "kid"
  /// The SHA-1 and the SHA-256 thumbprint of the certificate, in base64url.
  case x5t = "x5t", x5tS256 = "x5t#S256"
  /// The certificate and those of its issuers, each in standard base64 of its DER.
  case x5c = "x5c"

  /// The hint of this exact name.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = match
  }
}

/// At least one of the header names by which the service finds the certificate is there.
struct RequiredHintRule: ClaimRule {
  var id: String { "key-hint" }
  var verdict: Check.Verdict { .signature }
  /// Empty if the service needs none.
  let names: [ExactText]

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if names.isEmpty { return skipped(.notApplicable, "no header name is needed to find the key") }
    for name in names where draft.header.contains(name) { return passed(found: .string(name)) }
    let list = names.map(\.text).joined(separator: " or ")
    return failed(
      .hintMissing, "\(list) is missing; the service needs it to find the certificate",
      hint: "write \(list) into the header")
  }
}

/// `x5t` or `x5t#S256` (RFC 7515, sections 4.1.7 and 4.1.8) belongs to the certificate, and has the right spelling.
struct ThumbprintRule: ClaimRule {
  let kind: Thumbprint
  /// True if a receiver finds the certificate by it; one that cannot be compared is then refused.
  let needsCertificate: Bool
  let isLenient: Bool

  var id: String { kind == .sha1 ? "x5t" : "x5t-s256" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header[kind.headerName] else {
      return skipped(.absentOptional, "not there and not needed")
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
          "\(kind.headerName) is not of any given certificate: \(Hexadecimal.upperCase(bytes))",
          hint: "give the certificate that it names, or write the thumbprint of the one that signs", found: found)
        : skipped(.notReached, "there is no certificate to compare it with")
    }
    // Clients are seen to send only padding, the standard alphabet and line breaks. Anything worse decides.
    let isTooLong = text.text.utf8.count > KeyHints.longestThumbprint
    let worst = irregularities.first { isTooLong || !Self.tolerated.contains($0.code) }
    if let source = draft.keySource, draft.certificate == nil, irregularities.isEmpty, bytes == kind.bytes(of: source) {
      return passed(found: found)
    }
    guard let expected = draft.certificate.map(kind.bytes(of:)) ?? draft.hints.thumbprints[kind] else {
      if let oddity = worst ?? (isLenient ? nil : irregularities.first) {
        return failed(
          .thumbprintEncoding, "\(kind.headerName) is spelled with \(oddity.problem)", hint: Self.canonical,
          found: found)
      }
      return irregular(
        isTolerated: isLenient || !needsCertificate, .thumbprintNotComparable,
        "\(kind.headerName) was not compared: it names a certificate, and only a bare public key was given",
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
  private static let tolerated: [Base64Error.Code] = [.padding, .otherAlphabet, .whitespace]

  /// Tells the usual mistakes apart by the content.
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
