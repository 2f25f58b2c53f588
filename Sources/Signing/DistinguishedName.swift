public import Messages

/// The name of the holder of a certificate as a person writes it (RFC 4514), in parts.
public struct DistinguishedName: Sendable, Hashable {
  /// One attribute of the name: a type and its value.
  public struct Attribute: Sendable, Hashable {
    /// The kind of attribute, such as `CN`.
    public let type: AttributeType
    /// Never empty, and without control characters.
    public let value: String
  }

  /// The attribute types that RFC 4514, section 3, names.
  @nonexhaustive
  public enum AttributeType: String, Sendable, Hashable, CaseIterable {
    /// The name of the holder, of at most 64 characters.
    case commonName = "CN"
    /// The place of the holder, and the state that it is in.
    case localityName = "L", stateOrProvinceName = "ST"
    /// The organization of the holder, and a part of it.
    case organizationName = "O", organizationalUnitName = "OU"
    /// A code of two letters (ISO 3166).
    case countryName = "C"
    /// The address of the holder.
    case streetAddress = "STREET"
    /// One label of a domain name, in ASCII.
    case domainComponent = "DC"
    /// The login name of a user.
    case userID = "UID"

    /// Its object identifier in dots: `2.5.4.3`.
    public var objectIdentifier: String {
      switch self {
      case .commonName: "2.5.4.3"
      case .countryName: "2.5.4.6"
      case .localityName: "2.5.4.7"
      case .stateOrProvinceName: "2.5.4.8"
      case .streetAddress: "2.5.4.9"
      case .organizationName: "2.5.4.10"
      case .organizationalUnitName: "2.5.4.11"
      case .userID: "0.9.2342.19200300.100.1.1"
      case .domainComponent: "0.9.2342.19200300.100.1.25"
      }
    }
  }

  /// The most characters of a common name: ub-common-name (RFC 5280, appendix A.1).
  public static let longestCommonName = 64

  /// In the order of the encoding, which is the reverse of the text (RFC 4514, section 2.1); each part has at least one
  /// attribute.
  public let relativeNames: [[Attribute]]

  /// Takes text without `=` as one common name, and any other as an RFC 4514 name: `CN=Payroll exporter,O=Example`.
  ///
  /// Spaces around a comma, plus or equals sign are skipped. Throws `subject-empty`, `subject-too-long` for a common name
  /// of more than 64 characters, and `subject-malformed` for anything else that is not such a name.
  public init(_ text: String) throws(CertificateError) {
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) {
      throw CertificateError(
        .subjectEmpty, "the subject is empty", hint: "name what the key is for, such as: Payroll exporter 2027")
    }
    if text.utf8.contains(UInt8(ascii: "=")) {
      var reader = DistinguishedNameReader(text)
      relativeNames = try reader.relativeNames().reversed()
    } else {
      if text.utf8.first == UInt8(ascii: " ") || text.utf8.last == UInt8(ascii: " ") {
        throw .malformedSubject("it begins or ends with a space")
      }
      relativeNames = [[try Attribute(.commonName, text)]]
    }
  }

  /// The last common name in the encoding; nil if there is none.
  public var commonName: String? {
    relativeNames.reversed().lazy.flatMap(\.self).first { $0.type == .commonName }?.value
  }
}

extension DistinguishedName.Attribute {
  init(_ type: DistinguishedName.AttributeType, _ value: String) throws(CertificateError) {
    if value.utf8.isEmpty { throw CertificateError(.subjectEmpty, "the \(type.rawValue) of the subject is empty") }
    if value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      throw .malformedSubject("its \(type.rawValue) has a control character in it")
    }
    let count = value.unicodeScalars.count
    if type == .commonName, count > DistinguishedName.longestCommonName {
      throw CertificateError(
        .subjectTooLong,
        "the CN of the subject has \(count) characters, and at most \(DistinguishedName.longestCommonName) are allowed",
        hint: "choose a shorter one: only people read it")
    }
    self.type = type
    self.value = value
  }
}

/// Reads the string form of RFC 4514, section 3, strictly, except for spaces around separators.
private struct DistinguishedNameReader {
  private let text: [UInt8]
  private var position = 0

  init(_ text: String) { self.text = Array(text.utf8) }

  /// In the order of the text.
  mutating func relativeNames() throws(CertificateError) -> [[DistinguishedName.Attribute]] {
    var names = [[try attribute()]]
    while position < text.count {
      let separator = text[position]
      position += 1
      let attribute = try attribute()
      if separator == UInt8(ascii: "+") {
        names[names.count - 1].append(attribute)
      } else {
        names.append([attribute])
      }
    }
    return names
  }

  private mutating func attribute() throws(CertificateError) -> DistinguishedName.Attribute {
    guard let equals = text[position...].firstIndex(of: UInt8(ascii: "=")) else {
      throw .malformedSubject("a part of it has no equals sign")
    }
    let written = trimmed(text[position..<equals])
    let upperCase = written.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0 }
    let type = DistinguishedName.AttributeType.allCases.first {
      $0.rawValue.utf8.elementsEqual(upperCase) || $0.objectIdentifier.utf8.elementsEqual(written)
    }
    guard let type else {
      let name = String(validating: written, as: UTF8.self) ?? ""
      throw .malformedSubject("\(quoting: name) is not an attribute type that is known here")
    }
    position = equals + 1
    guard let value = String(validating: try value(of: type), as: UTF8.self) else {
      throw .malformedSubject("the escapes of its \(type.rawValue) do not make UTF-8")
    }
    return try DistinguishedName.Attribute(type, value)
  }

  /// The bytes up to a comma, a plus sign or the end, unescaped.
  private mutating func value(of type: DistinguishedName.AttributeType) throws(CertificateError) -> [UInt8] {
    let start = position
    while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
    if position < text.count, text[position] == UInt8(ascii: "#") {
      throw .malformedSubject("its \(type.rawValue) begins with #, which would be an encoding and not text")
    }
    var value: [UInt8] = []
    // The number of bytes without the spaces at the end that belong to no escape.
    var significantCount = 0
    while position < text.count {
      let byte = text[position]
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "+"): return Array(value.prefix(significantCount))
      case UInt8(ascii: "\""), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"):
        let character = String(UnicodeScalar(byte))
        throw .malformedSubject("its \(type.rawValue) has \(quoting: character) without a backslash before it")
      case UInt8(ascii: "\\"): value.append(try escaped(in: type))
      default:
        value.append(byte)
        position += 1
      }
      if byte != UInt8(ascii: " ") { significantCount = value.count }
    }
    if position == start { return [] }
    return Array(value.prefix(significantCount))
  }

  /// A backslash with a special character or two hexadecimal digits after it.
  private mutating func escaped(in type: DistinguishedName.AttributeType) throws(CertificateError) -> UInt8 {
    let rest = text[(position + 1)...]
    if let next = rest.first, " \"#+,;<=>\\".utf8.contains(next) {
      position += 2
      return next
    }
    guard let high = rest.first.flatMap(Self.digit), let low = rest.dropFirst().first.flatMap(Self.digit) else {
      throw .malformedSubject(
        "its \(type.rawValue) has a backslash with neither a special character nor two digits after it")
    }
    position += 3
    return high << 4 | low
  }

  private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = bytes.drop { $0 == UInt8(ascii: " ") }
    guard let last = start.lastIndex(where: { $0 != UInt8(ascii: " ") }) else { return [] }
    return start[...last]
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension CertificateError {
  /// `subject-malformed`.
  package static func malformedSubject(_ reason: String) -> CertificateError {
    let types = DistinguishedName.AttributeType.allCases.map(\.rawValue).joined(separator: ", ")
    return CertificateError(
      .subjectMalformed, "the subject cannot be read as a name: \(reason)",
      hint:
        "write a plain text without =, or an RFC 4514 name such as CN=Payroll exporter,O=Example; the types are \(types)"
    )
  }
}
