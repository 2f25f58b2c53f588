public import Encodings
import JSON
import Messages
import Signing
public import Tokens

/// A secret that is registered on an application or service principal. No answer contains its text.
public struct PasswordCredential: Sendable, Hashable {
  /// A GUID, as it was written.
  public let keyID: ExactText
  /// Its name, which somebody chose: show it as a `ForeignText`.
  public let displayName: ExactText?
  /// The first second of its validity, without fractions; nil if the answer does not say it.
  public let startDateTime: NumericDate?
  /// When the entry ends; nil if the file does not say it.
  public let endDateTime: NumericDate?
  /// The identifier of the certificate whose private key the secret protects, for a key that the service signs with.
  public let customKeyIdentifier: [UInt8]?
}

/// Reads the members of one entry of any tool; members that are not needed here are skipped.
struct SavedEntry {
  private var members: JSONMembers<KeyCredentialsError>
  private let object: JSONObject
  private let place: Place

  /// How messages name the entry, put into words only if there is one.
  private struct Place {
    let file: String
    /// The object, if the file may have several.
    let owner: ExactText?
    let index: Int
    var keyID: ExactText?

    var words: String {
      let isID = keyID.map(TextForm.guid.matches) ?? false
      let entry = isID ? "\(naming: keyID ?? "")" : "\(index + 1)"
      return "entry \(entry) of " + (owner.map { "the object \(naming: $0) in " } ?? "") + "\(naming: file)"
    }

    func refusal(_ problem: String, hint: String? = nil) -> KeyCredentialsError {
      KeyCredentialsError(.malformed, "\(words)\(problem)", hint: hint)
    }

    func refusal(_ fault: JSONMembers<KeyCredentialsError>.Fault) -> KeyCredentialsError {
      switch fault {
      case .missing(let name):
        refusal(": \(name) is missing", hint: "save the whole answer, as Graph, az or PowerShell writes it")
      case .misshapen(let name, let value, let wanted): refusal(": \(name) is \(value.kind), not \(wanted)")
      case .unknown(let name): refusal(": \(quoting: name) has no meaning in it")
      }
    }
  }

  /// True once a `key` was read that is not a certificate, if that is tolerated.
  private(set) var hasOtherKey = false
  /// True once a date without a time zone was read. Graph gives UTC, and PowerShell may drop the zone when it writes a date again.
  private(set) var lacksTimeZone = false

  init(
    _ value: JSONValue, at index: Int, of file: String, on owner: ExactText? = nil
  ) throws(KeyCredentialsError) {
    var place = Place(file: file, owner: owner, index: index)
    guard let object = value.object else {
      if value.string == nil { throw place.refusal(" is \(value.kind)") }
      throw place.refusal(" is only a name: ConvertTo-Json cut it off", hint: SavedRegistrations.deeper)
    }
    place.keyID = SavedName.keyID.value(in: object)?.string
    self.place = place
    self.object = object
    members = JSONMembers(object, ignoringNull: true) { [place] fault in place.refusal(fault) }
  }

  /// With `toleratesOtherKeys`, an entry whose `key` is not a readable certificate counts as one without it.
  mutating func keyCredential(
    _ reader: any Cryptography, toleratesOtherKeys: Bool = false
  ) throws(KeyCredentialsError) -> KeyCredential {
    let keyID = try keyID()
    let usage = try members.require(name(.usage), .string)
    return KeyCredential(
      keyID: keyID, displayName: try members.take(name(.displayName), .string),
      type: try members.require(name(.type), .string), usage: usage,
      startDateTime: try requiredDate(.startDateTime), endDateTime: try requiredDate(.endDateTime),
      customKeyIdentifier: try customKeyIdentifier(),
      certificate: usage == "Verify" ? try certificate(reader, toleratesOthers: toleratesOtherKeys) : nil)
  }

  /// Older tools put anything into the identifier of a secret, and it then counts as none.
  mutating func passwordCredential() throws(KeyCredentialsError) -> PasswordCredential {
    PasswordCredential(
      keyID: try keyID(), displayName: try members.take(name(.displayName), .string),
      startDateTime: try date(.startDateTime), endDateTime: try date(.endDateTime),
      customKeyIdentifier: (try? customKeyIdentifier()) ?? nil)
  }

  private func name(_ name: SavedName) -> ExactText { name.spelling(in: object) }

  private mutating func keyID() throws(KeyCredentialsError) -> ExactText {
    let keyID = try members.require(name(.keyID), .string)
    guard TextForm.guid.matches(keyID) else { throw malformed("keyId is \(quoting: keyID), not a GUID") }
    return keyID
  }

  // MARK: Bytes

  /// Graph writes base64, `az` and the portal hexadecimal, PowerShell the bytes. Text that could be two of them is a
  /// thumbprint.
  private mutating func customKeyIdentifier() throws(KeyCredentialsError) -> [UInt8]? {
    let name = name(.customKeyIdentifier)
    guard let value = members.take(name) else { return nil }
    if let bytes = Self.octets(value) {
      if bytes.isEmpty { return nil }
      // Digits of a thumbprint were decoded as if they were base64.
      return Self.thumbprint(ExactText(Base64.standard.text(bytes))) ?? Self.thumbprint(inTextOf: bytes) ?? bytes
    }
    guard let text = value.string else { throw malformed("\(name) is \(value.kind), not bytes") }
    if let thumbprint = Self.thumbprint(text) { return thumbprint }
    let characters = Array(text.text.utf8)
    // Nothing names nothing: entries that have it are not the same.
    if characters.isEmpty { return nil }
    if let bytes = (try? Base64.standard.decode(characters.span)) ?? (try? Base64.url.decode(characters.span)) {
      return Self.thumbprint(inTextOf: bytes) ?? bytes
    }
    guard let bytes = Hexadecimal.decode(text) else {
      throw malformed("\(name) is neither hexadecimal nor base64")
    }
    return bytes
  }

  /// The thumbprint whose text, in hexadecimal or base64, somebody registered in place of its bytes; nil for other bytes.
  private static func thumbprint(inTextOf bytes: [UInt8]) -> [UInt8]? {
    if Thumbprint.allCases.contains(where: { $0.byteCount == bytes.count }) { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    if let thumbprint = Thumbprint.bytes(ofHexadecimal: ExactText(text)) { return thumbprint }
    let decoded = try? Base64.url.decodeReportingIrregularities(bytes.span).bytes
    return decoded.flatMap { decoded in
      Thumbprint.allCases.contains { $0.byteCount == decoded.count } ? decoded : nil
    }
  }

  /// The bytes of hexadecimal digits, if there are as many as in a thumbprint.
  private static func thumbprint(_ text: ExactText) -> [UInt8]? {
    guard let bytes = Hexadecimal.decode(text), Thumbprint.allCases.contains(where: { $0.byteCount == bytes.count })
    else { return nil }
    return bytes
  }

  private mutating func certificate(
    _ reader: any Cryptography, toleratesOthers: Bool
  ) throws(KeyCredentialsError) -> Certificate? {
    guard let value = members.take(name(.key)) else { return nil }
    do throws(KeyCredentialsError) {
      let der = try der(value)
      do throws(KeyError) { return try reader.certificate(der: der.span) } catch {
        throw malformed("key is not a certificate: \(error.message)")
      }
    } catch {
      guard toleratesOthers else { throw error }
      hasOtherKey = true
      return nil
    }
  }

  private func der(_ value: JSONValue) throws(KeyCredentialsError) -> [UInt8] {
    if let bytes = Self.octets(value) { return bytes }
    guard let text = value.string else { throw malformed("key is \(value.kind), not the bytes of a certificate") }
    do throws(Base64Error) { return try Base64.standard.decode(text) } catch {
      throw malformed(
        "key is not standard base64: \(error.message)",
        hint: "Graph writes + and / and the padding; save it as received")
    }
  }

  /// Bytes as PowerShell writes them: an array of numbers, the same inside an object, or numbers with spaces between
  /// them below the requested depth. Nil for anything else.
  private static func octets(_ value: JSONValue) -> [UInt8]? {
    switch value {
    case .array(let elements):
      let bytes = elements.compactMap { $0.number?.integer.flatMap { UInt8(exactly: $0) } }
      return bytes.count == elements.count ? bytes : nil
    case .object(let object):
      guard let value = object["value"], value.object == nil else { return nil }
      return octets(value)
    case .string(let text):
      // Text without a space, as that of a key in base64, is long, and looked through fast.
      guard text.text.utf8.contains(UInt8(ascii: " ")) else { return nil }
      let words = text.text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard words.count > 1 else { return nil }
      let bytes = words.compactMap { word in
        word.allSatisfy { ASCII.isDigit($0) } ? String(word).flatMap { UInt8($0) } : nil
      }
      return bytes.count == words.count ? bytes : nil
    default: return nil
    }
  }

  // MARK: Dates

  private mutating func requiredDate(_ saved: SavedName) throws(KeyCredentialsError) -> NumericDate {
    guard let date = try date(saved) else { throw place.refusal(.missing(name(saved))) }
    return date
  }

  private mutating func date(_ saved: SavedName) throws(KeyCredentialsError) -> NumericDate? {
    let name = name(saved)
    guard var value = members.take(name) else { return nil }
    // Windows PowerShell writes some dates as an object.
    if let inner = value.object?["value"] { value = inner }
    guard let text = value.string else { throw malformed("\(name) is \(value.kind), not a date") }
    if let date = NumericDate(rfc3339DroppingFraction: text.text) ?? NumericDate(windowsPowerShell: text.text) {
      return date
    }
    guard let date = NumericDate(rfc3339DroppingFraction: text.text + "Z") else {
      throw malformed("\(name) is \(quoting: text), not a date as RFC 3339 writes it")
    }
    lacksTimeZone = true
    return date
  }

  private func malformed(_ problem: String, hint: String? = nil) -> KeyCredentialsError {
    place.refusal(": \(problem)", hint: hint)
  }
}

extension NumericDate {
  /// Reads `/Date(1856464470000)/`: the milliseconds since 1970 in UTC, perhaps followed by the offset of the writer's
  /// zone, which changes nothing. Nil for anything else, and outside the years that can be written.
  init?(windowsPowerShell text: String) {
    let (start, end) = ("/Date(".utf8, ")/".utf8)
    let bytes = text.utf8
    guard bytes.count > start.count + end.count, bytes.starts(with: start), bytes.suffix(end.count).elementsEqual(end)
    else { return nil }
    let inner = bytes.dropFirst(start.count).dropLast(end.count)
    let isNegative = inner.first == UInt8(ascii: "-")
    let digits = inner.dropFirst(isNegative ? 1 : 0).prefix { ASCII.isDigit($0) }
    let rest = inner[digits.endIndex...]
    let isOffset =
      rest.count == 5 && [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(rest.first)
      && rest.dropFirst().allSatisfy { ASCII.isDigit($0) }
    guard rest.isEmpty || isOffset, let magnitude = String(digits).flatMap({ Int64($0) }) else { return nil }
    let milliseconds = isNegative ? -magnitude : magnitude
    let seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
    self.init(seconds: seconds)
    if self < .earliest || self > .latest { return nil }
  }
}
