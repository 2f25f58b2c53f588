import Encodings
import JSON
public import Messages
import Signing

/// Reads a signature in whatever form a signer gave it: bytes, hexadecimal, base64, base64url, a list or a dump of
/// bytes, or the answer of a vault: Key Vault, `az keyvault key sign`, `aws kms sign`, Vault Transit or `signBlob`.
public enum SignatureText {
  /// The form in which it was written.
  @nonexhaustive
  public enum Form: String, Sendable, Hashable {
    /// The raw bytes.
    case bytes = "bytes"
    /// Two digits for each byte, of either case.
    case hexadecimal = "hexadecimal"
    /// Base64 or base64url, with or without padding.
    case base64 = "base64"
    /// The JSON or the table that a vault answered with.
    case vaultAnswer = "a vault's answer"
    /// Decimal numbers, one for each byte.
    case numbers = "numbers"
    /// Lines of hexadecimal with their offsets, as `xxd` and `hexdump -C` print them.
    case dump = "a dump of bytes"
  }

  /// The bytes of the signature; white space in text is skipped, and so are a byte order mark, UTF-16, the
  /// colours of a terminal and quotation marks around it.
  ///
  /// Text of hexadecimal digits alone is hexadecimal if it then has `byteCount` bytes, and base64 otherwise. Bytes that
  /// are not text are the signature itself. In other text, a single word counts that gives `byteCount` bytes. Throws
  /// `malformed-signature` for text that is not a signature in any form.
  public static func read(
    _ text: Span<UInt8>, expecting byteCount: Int
  ) throws(SignatureTextError) -> (bytes: [UInt8], form: Form) {
    let received = [UInt8](copying: text)
    let decoded = TerminalCodes.removed(from: DecodedText(received).bytes)
    // No signature is made of so few of the 256 bytes by chance.
    guard decoded.allSatisfy(isPrintable) else { return (received, .bytes) }
    let text = SignatureForms(unquoted(decoded), byteCount)
    if text.characters.isEmpty { throw SignatureTextError(.malformed, "the signature is empty") }
    if let bytes = try text.answer() { return (bytes, .vaultAnswer) }
    if let bytes = try text.transit() { return (bytes, .vaultAnswer) }
    if text.characters.allSatisfy(isTextual) { return try text.bare() }
    if let bytes = text.hexadecimal { return (bytes, .hexadecimal) }
    if let bytes = text.numbers { return (bytes, .numbers) }
    if let bytes = text.dump { return (bytes, .dump) }
    if let bytes = try text.block() { return (bytes, .base64) }
    if let bytes = try text.word() { return (bytes, .base64) }
    throw text.refusal
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { ASCII.isWhiteSpace(byte) || (0x20..<0x7F).contains(byte) }

  /// True for a character of hexadecimal, base64, base64url or a token.
  private static func isTextual(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || ":+/-_=.".utf8.contains(byte)
  }

  /// Without one pair of quotation marks around all of it.
  private static func unquoted(_ text: [UInt8]) -> [UInt8] {
    let bare = text.drop { ASCII.isWhiteSpace($0) }
    guard let first = bare.first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"),
      let last = bare.lastIndex(where: { !ASCII.isWhiteSpace($0) }), last > bare.startIndex, bare[last] == first
    else { return text }
    return Array(bare[(bare.startIndex + 1)..<last])
  }
}

/// One printable text, taken for a signature in each of its forms.
private struct SignatureForms {
  let text: [UInt8]
  /// Without white space.
  let characters: [UInt8]
  /// How long the signature is; 0 where that is not known.
  let byteCount: Int

  init(_ text: [UInt8], _ byteCount: Int) {
    self.text = text
    characters = text.filter { !ASCII.isWhiteSpace($0) }
    self.byteCount = byteCount
  }

  /// Nothing but hexadecimal, base64 or base64url.
  func bare() throws(SignatureTextError) -> (bytes: [UInt8], form: SignatureText.Form) {
    if characters.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).count == 3 {
      throw SignatureTextError(
        .malformed, "the signature is a whole token: it has three parts", hint: "judge it with keyroll verify")
    }
    if let bytes = hexadecimal { return (bytes, .hexadecimal) }
    if let bytes = numbers { return (bytes, .numbers) }
    let decoded = Self.decoded(characters)
    if case .success(let bytes) = decoded { return (bytes, .base64) }
    // A block of PEM without line breaks, or lines of a dump, are of these characters as well.
    if let bytes = dump { return (bytes, .dump) }
    if let bytes = try block() { return (bytes, .base64) }
    if let bytes = try word() { return (bytes, .base64) }
    return (try decoded.get(), .base64)
  }

  /// Nil for what is not base64.
  private static func readable(_ text: [UInt8]) -> [UInt8]? {
    if case .success(let bytes) = decoded(text) { bytes } else { nil }
  }

  /// Either alphabet, with or without padding: the verifier has the last word.
  private static func decoded(_ text: [UInt8]) -> Result<[UInt8], SignatureTextError> {
    let isMixed = text.contains(UInt8(ascii: "-")) || text.contains(UInt8(ascii: "_"))
    do throws(Base64Error) {
      let (bytes, irregularities) = try Base64.url.decodeReportingIrregularities(text.span)
      let fault = irregularities.first { $0.code == .unusedBits || $0.code == .otherAlphabet && isMixed }
      return fault.map { .failure(unreadable($0)) } ?? .success(bytes)
    } catch { return .failure(unreadable(error)) }
  }

  private static func unreadable(_ error: Base64Error) -> SignatureTextError {
    SignatureTextError(
      .malformed, "the signature is neither bytes nor hexadecimal, base64 or base64url: \(error.message)",
      hint: "give everything that the signer returned, and nothing else")
  }

  // MARK: Digits

  /// Pairs of digits with nothing, spaces, colons, hyphens or commas between them, and `0x` before one or all of them; only where
  /// that makes as many bytes as a signature has.
  var hexadecimal: [UInt8]? {
    let words = text.split { ASCII.isWhiteSpace($0) || ":-,".utf8.contains($0) }
    let digits = words.flatMap { $0.starts(with: "0x".utf8) || $0.starts(with: "0X".utf8) ? $0.dropFirst(2) : $0 }
    guard digits.count == byteCount * 2, byteCount > 0 else { return nil }
    return Self.hexadecimal(digits)
  }

  /// Numbers from 0 to 255 between white space, commas and brackets, as many as a signature has bytes.
  var numbers: [UInt8]? {
    let words = text.split { ASCII.isWhiteSpace($0) || ",[]()".utf8.contains($0) }
    guard words.count == byteCount, byteCount > 0 else { return nil }
    let bytes = words.compactMap { word in
      word.allSatisfy(ASCII.isDigit) ? String(validating: word, as: UTF8.self).flatMap { UInt8($0) } : nil
    }
    return bytes.count == byteCount ? bytes : nil
  }

  /// Lines that begin with the offset of their first byte, in hexadecimal, and may end with their bytes as characters.
  var dump: [UInt8]? {
    var bytes: [UInt8] = []
    let lines = text.split { $0 == 0x0A || $0 == 0x0D }.map { $0.drop { ASCII.isWhiteSpace($0) } }
    let offsets = lines.map { line -> Int? in
      let digits = line.prefix { Hexadecimal.value($0) != nil }
      return digits.count >= 4 ? String(validating: digits, as: UTF8.self).flatMap { Int($0, radix: 16) } : nil
    }
    for (number, line) in lines.enumerated() where bytes.count < byteCount {
      guard offsets[number] == bytes.count else { return nil }
      let end = number + 1 < lines.count ? offsets[number + 1] : byteCount
      guard let end, end > bytes.count, end <= byteCount, end - bytes.count <= 64 else { return nil }
      let rest = line.drop { Hexadecimal.value($0) != nil }
      let digits = rest.lazy.filter { !ASCII.isWhiteSpace($0) && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "-") }
      guard let row = Self.hexadecimal(Array(digits.prefix((end - bytes.count) * 2))), row.count == end - bytes.count
      else { return nil }
      bytes += row
    }
    return bytes.count == byteCount && byteCount > 0 ? bytes : nil
  }

  private static func hexadecimal(_ digits: [UInt8]) -> [UInt8]? {
    String(validating: digits, as: UTF8.self).flatMap { Hexadecimal.decode(ExactText($0)) }
  }

  private static func base64(_ text: [UInt8]) throws(SignatureTextError) -> [UInt8] { try decoded(text).get() }

  // MARK: Among other words

  /// The one word that says as many bytes as a signature has: behind a name and a colon, as `openssl dgst -hex` and YAML have it,
  /// or in a row of a table. Nil if no word does.
  func word() throws(SignatureTextError) -> [UInt8]? {
    guard byteCount > 0 else { return nil }
    var found: [[UInt8]] = []
    for word in text.split(whereSeparator: { ASCII.isWhiteSpace($0) || "\"',;".utf8.contains($0) })
    where word.count >= byteCount {
      let bare = Self.withoutTransitPrefix(Array(word))
      let digits = bare.starts(with: "0x".utf8) ? Array(bare.dropFirst(2)) : bare
      let bytes = Self.hexadecimal(digits) ?? Self.readable(bare)
      if let bytes, bytes.count == byteCount, !found.contains(bytes) { found.append(bytes) }
    }
    if found.count > 1 {
      throw SignatureTextError(
        .malformed, "the text holds \(found.count) words that may be the signature", hint: "give the signature alone")
    }
    return found.first
  }

  /// What a block with a label, such as `-----BEGIN SIGNATURE-----`, has as its content, where that is as long as a signature.
  func block() throws(SignatureTextError) -> [UInt8]? {
    guard let begin = text.span.firstOffset(of: Array("-----BEGIN ".utf8)) else { return nil }
    let label = text[(begin + 11)...].prefix(64).prefix { $0 != UInt8(ascii: "-") && $0 != 0x0A }
    let content = text[label.endIndex...].drop { $0 == UInt8(ascii: "-") }.prefix { $0 != UInt8(ascii: "-") }
    let bytes = Self.readable(content.filter { !ASCII.isWhiteSpace($0) })
    if let bytes, bytes.count == byteCount { return bytes }
    let name = Self.labels.first { label.elementsEqual($0.utf8) }
    throw SignatureTextError(
      .malformed,
      "the signature is in a PEM block\(name.map { " with the label \($0)" } ?? ""), and it is not a bare signature",
      hint: "have the signing input signed by itself: openssl dgst -sign and openssl pkeyutl -sign give the bytes alone"
    )
  }

  /// Those that are named in messages: what else stands there is not shown.
  private static let labels = [
    "PKCS7", "CMS", "CERTIFICATE", "CERTIFICATE REQUEST", "SSH SIGNATURE", "PGP SIGNATURE", "PGP MESSAGE",
    "PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY", "SIGNATURE",
  ]

  // MARK: Answers

  /// The members that hold the signature: of Key Vault's answer, of `az keyvault key sign`, of `aws kms sign`, of `signBlob`, and of
  /// `Invoke-AzKeyVaultKeyOperation`.
  private static let members: [ExactText] = ["value", "signature", "Signature", "signedBlob", "RawResult"]

  /// `{"kid":"…","value":"…"}` and its like, perhaps behind a header or lines of a command: the signature alone counts, since the
  /// key is judged by what it signed. Nil for text without an object.
  func answer() throws(SignatureTextError) -> [UInt8]? {
    guard let first = characters.first, let range = JSONInText.next(in: text),
      text[range.lowerBound] == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else { return nil }
    let value: JSONValue
    switch Self.value(Array(text[range])) {
    case .success(let read): value = read
    case .failure(let error):
      // A line of other text may begin with a bracket.
      if first != text[range.lowerBound] || numbers != nil { return nil }
      throw SignatureTextError(
        .malformed,
        "the signature is not acceptable JSON: \(error.problem), at byte \(range.lowerBound + error.offset)")
    }
    if let array = value.array, Self.octets(array) != nil { return nil }
    if let failure = value.object?["error"] {
      throw SignatureTextError(
        .malformed, "the vault answered with an error: \(ForeignText(json: JSONWriter.text(failure)))")
    }
    let values = Self.signatures(in: value, depth: 0)
    guard values.count == 1, let value = values.first else {
      throw SignatureTextError(
        .malformed, "the signature is JSON without a value that is text, or with several",
        hint: "a vault's answer is {\"kid\":\"…\",\"value\":\"…\"}, or has a member signature")
    }
    if let bytes = value.array.flatMap(Self.octets) { return bytes }
    return try Self.base64(Self.withoutTransitPrefix(Array((value.string ?? "").text.utf8)))
  }

  private static func value(_ text: [UInt8]) -> Result<JSONValue, JSONError> {
    do throws(JSONError) { return .success(try JSONReader.value(text)) } catch { return .failure(error) }
  }

  /// Vault wraps what its Transit engine answers in `data`, and that of a batch in a list.
  private static func signatures(in value: JSONValue, depth: Int) -> [JSONValue] {
    if depth > 4 { return [] }
    if let object = value.object {
      let own = members.compactMap { object[$0] }.filter { $0.string != nil || $0.array.flatMap(octets) != nil }
      if !own.isEmpty { return own }
      return object.members.flatMap { signatures(in: $0.value, depth: depth + 1) }
    }
    return (value.array.map { Array($0) } ?? []).flatMap { signatures(in: $0, depth: depth + 1) }
  }

  private static func octets(_ array: JSONArray) -> [UInt8]? {
    let bytes = array.compactMap { $0.number?.integer.flatMap { UInt8(exactly: $0) } }
    return bytes.count == array.count && !bytes.isEmpty ? bytes : nil
  }

  /// What `vault write transit/sign/…` prints, in whatever format: one word that is such a signature; nil for any other text.
  func transit() throws(SignatureTextError) -> [UInt8]? {
    let signatures = text.split(whereSeparator: ASCII.isWhiteSpace).filter { $0.starts(with: Self.transitPrefix) }
    guard let signature = signatures.first else { return nil }
    guard signatures.count == 1 else {
      throw SignatureTextError(
        .malformed, "the text holds \(signatures.count) signatures of Vault Transit among other words",
        hint: "give the signature alone, from vault:v on")
    }
    return try Self.base64(Self.withoutTransitPrefix(Array(signature)))
  }

  private static let transitPrefix = Array("vault:v".utf8)

  /// Without `vault:v1:`, whose number is the version of the key.
  private static func withoutTransitPrefix(_ text: [UInt8]) -> [UInt8] {
    guard text.starts(with: transitPrefix) else { return text }
    let version = text.dropFirst(transitPrefix.count).prefix(while: ASCII.isDigit)
    let rest = text.dropFirst(transitPrefix.count + version.count)
    return !version.isEmpty && rest.first == UInt8(ascii: ":") ? Array(rest.dropFirst()) : text
  }

  // MARK: What it is instead

  /// Why text is refused in which no signature was found; its words are not repeated.
  var refusal: SignatureTextError {
    let lower = text.map(ASCII.lowercased)
    let says = { (phrase: String) in lower.span.firstOffset(of: Array(phrase.utf8)) != nil }
    if says("multipart/signed") || says("application/pkcs7") || says("application/x-pkcs7") {
      return SignatureTextError(
        .malformed, "the signature is an S/MIME message, which holds a CMS signature and not a bare one",
        hint:
          "have the signing input signed by itself: openssl dgst -sign and openssl pkeyutl -sign give the bytes alone")
    }
    let words = text.drop { ASCII.isWhiteSpace($0) }
    let isFailure = ["error", "an error occurred", "exception", "usage:", "fatal"].contains {
      ASCII.isEqualIgnoringCase(words.prefix($0.utf8.count), $0.utf8)
    }
    if isFailure || says(" error ") || says("error:") || says("exception") || says("denied") {
      return SignatureTextError(
        .malformed, "the signer answered with an error, and the text holds no signature",
        hint: "read what it says, have the request signed again, and give what the signer returns then")
    }
    let length = byteCount > 0 ? " of \(byteCount) bytes" : ""
    return SignatureTextError(
      .malformed, "the text holds no signature\(length), neither in hexadecimal nor in base64",
      hint: "give everything that the signer returned, and nothing else")
  }
}

/// A signature that cannot be read in any form.
public typealias SignatureTextError = Failure<SignatureTextErrorCode>

/// The reasons of a `SignatureTextError`, by their stable ids.
@nonexhaustive
public enum SignatureTextErrorCode: String, FailureCode {
  case malformed = "malformed-signature"
}
