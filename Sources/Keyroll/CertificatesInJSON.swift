import Encodings
import Entra
import JSON
import Messages
import Signing
import Tokens

/// The places in JSON of any service at which a certificate stands: it is named, and taken out by whoever saved it.
struct CertificatesInJSON {
  /// A place as `jq` takes it, and whether the certificate is an array of numbers there, which it is in no file.
  struct Place {
    let path: String
    let isArray: Bool
    /// The name of the member, if it is one.
    let name: String?
  }

  private(set) var places: [Place] = []
  private let cryptography: any Cryptography

  /// More are not listed, and no more values are looked at.
  private static let (mostPlaces, mostValues) = (3, 100_000)
  private var valueCount = 0

  /// Empty for what is not JSON, alone or behind other lines.
  init(_ file: Span<UInt8>, _ cryptography: any Cryptography) {
    self.cryptography = cryptography
    let text = TerminalCodes.removed(from: DecodedText(file).bytes)
    guard let range = JSONInText.next(in: text),
      let value = try? JSONReader.value(Array(text[range]), within: .savedAnswer)
    else { return }
    visit(value, "", nil)
  }

  /// What to say of the file in place of why nothing that is registered was read in it; nil if it holds no certificate, and
  /// if it is registered keys with a fault.
  func error(_ subject: String, inPlaceOf error: KeyCredentialsError) -> KeyError? {
    let isOther = { (place: Place) in place.name.map { !["key", "value"].contains(ASCII.lowercased($0)) } ?? true }
    return Self.error(subject, at: error.isOfOtherFile ? places : places.filter(isOther))
  }

  /// The same in place of whatever else is wrong with it; nil if it holds no certificate, or one beside its key.
  func error(_ subject: String) -> KeyError? {
    Self.error(subject, at: places.filter { !$0.path.contains("x5c") })
  }

  private static func error(_ subject: String, at places: [Place]) -> KeyError? {
    guard let first = places.first else { return nil }
    let paths = places.map(\.path).joined(separator: " and at ")
    return KeyError(
      .unrecognisedKeyFile, "\(naming: subject) is JSON with a certificate in it, at \(paths)",
      hint: first.isArray
        ? "it is there as numbers, one for each byte: save the certificate itself, as DER or in base64"
        : "extract it into a file of its own: jq -r '\(first.path)' FILE")
  }

  private mutating func visit(_ value: JSONValue, _ path: String, _ name: String?) {
    valueCount += 1
    if places.count == Self.mostPlaces || valueCount > Self.mostValues { return }
    switch value {
    case .string(let text):
      if holdsCertificate(text) { places.append(Place(path: path, isArray: false, name: name)) }
    case .object(let object):
      for member in object.members {
        guard let step = Self.step(member.name) else { continue }
        visit(member.value, path + step, member.name.text)
      }
    case .array(let elements):
      if let bytes = Self.octets(elements) {
        if isCertificate(bytes) { places.append(Place(path: path, isArray: true, name: name)) }
        return
      }
      for (index, element) in elements.enumerated() {
        visit(element, (path.isEmpty ? "." : path) + "[\(index)]", nil)
      }
    default: break
    }
  }

  /// True for PEM, and for base64 of either alphabet of a certificate or of PEM.
  private func holdsCertificate(_ text: ExactText) -> Bool {
    let characters = Array(text.text.utf8)
    if Self.holdsPEM(characters) { return true }
    guard characters.count > 100, let bytes = try? Base64.url.decodeReportingIrregularities(characters.span).bytes
    else {
      return false
    }
    return Self.holdsPEM(bytes) || isCertificate(bytes)
  }

  private static func holdsPEM(_ text: [UInt8]) -> Bool {
    text.span.firstOffset(of: Array("-----BEGIN CERTIFICATE-----".utf8)) != nil
  }

  private func isCertificate(_ bytes: [UInt8]) -> Bool {
    bytes.first == 0x30 && (try? cryptography.certificate(der: bytes.span)) != nil
  }

  private static func octets(_ array: JSONArray) -> [UInt8]? {
    guard array.count > 100 else { return nil }
    let bytes = array.compactMap { $0.number?.integer.flatMap { UInt8(exactly: $0) } }
    return bytes.count == array.count ? bytes : nil
  }

  /// Nil for a name that would not be the same in a shell.
  private static func step(_ name: ExactText) -> String? {
    let bytes = Array(name.text.utf8)
    guard let first = bytes.first, bytes.count <= 64,
      bytes.allSatisfy({ ASCII.isLetterOrDigit($0) || "_.-".utf8.contains($0) })
    else { return nil }
    let isPlain = !ASCII.isDigit(first) && bytes.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    return isPlain ? ".\(name)" : ".\"\(name)\""
  }
}
