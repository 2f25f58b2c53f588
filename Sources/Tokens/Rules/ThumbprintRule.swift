import Encodings
import JSON
import Messages
import Signing

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
    guard let certificate = draft.certificate else {
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
    guard bytes == kind.bytes(of: certificate) else {
      return failed(
        .thumbprintOfAnother, "\(kind.headerName) is of another certificate: \(Hexadecimal.upperCase(bytes))",
        hint:
          "the certificate of \(quoting: certificate.subject) has \(Hexadecimal.upperCase(kind.bytes(of: certificate)))",
        found: found)
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
