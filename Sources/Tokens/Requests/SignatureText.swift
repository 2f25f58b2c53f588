import Encodings
import JSON
public import Messages
import Signing

/// Reads a signature in whatever form a signer gave it: bytes, hexadecimal, base64, base64url, or the answer of a
/// vault: Key Vault, `az keyvault key sign`, `aws kms sign` or Vault Transit.
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
  }

  /// The bytes of the signature; white space in text is skipped.
  ///
  /// Text of hexadecimal digits alone is hexadecimal if it then has `byteCount` bytes, and base64 otherwise. Bytes that
  /// are not such text are the signature itself. Throws `malformed-signature` for text that is no signature in any
  /// form.
  public static func read(
    _ text: Span<UInt8>, expecting byteCount: Int
  ) throws(SignatureTextError) -> (bytes: [UInt8], form: Form) {
    let characters = [UInt8](copying: text).filter { !ASCII.isWhiteSpace($0) }
    if characters.isEmpty { throw SignatureTextError(.malformed, "the signature is empty") }
    // One binary signature in 65,536 begins and ends like an object, but none consists of printable characters only.
    if characters.first == UInt8(ascii: "{"), characters.allSatisfy({ (0x21..<0x7F).contains($0) }) {
      return (try vaultSignature(text), .vaultAnswer)
    }
    if let bytes = try transitSignature([UInt8](copying: text)) { return (bytes, .vaultAnswer) }
    // A signature never consists of so few of the 256 byte values by chance.
    guard characters.allSatisfy(isTextual) else { return ([UInt8](copying: text), .bytes) }
    if characters.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).count == 3 {
      throw SignatureTextError(
        .malformed, "the signature is a whole token: it has three parts", hint: "judge it with keyroll verify")
    }
    let digits = characters.filter { $0 != UInt8(ascii: ":") }
    if digits.count == byteCount * 2, let text = String(validating: digits, as: UTF8.self),
      let bytes = Hexadecimal.decode(ExactText(text))
    {
      return (bytes, .hexadecimal)
    }
    return (try base64(characters.span), .base64)
  }

  /// True for a character of hexadecimal, base64, base64url or a token.
  private static func isTextual(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || ":+/-_=.".utf8.contains(byte)
  }

  /// Either alphabet, with or without padding: the verifier decides in the end.
  private static func base64(_ text: Span<UInt8>) throws(SignatureTextError) -> [UInt8] {
    do throws(Base64Error) {
      let (bytes, irregularities) = try Base64.url.decodeReportingIrregularities(text)
      let isMixed = text.indices.contains { text[$0] == UInt8(ascii: "-") || text[$0] == UInt8(ascii: "_") }
      for irregularity in irregularities
      where irregularity.code == .unusedBits || irregularity.code == .otherAlphabet && isMixed { throw irregularity }
      return bytes
    } catch {
      throw SignatureTextError(
        .malformed, "the signature is neither bytes nor hexadecimal, base64 or base64url: \(error.message)",
        hint: "give everything that the signer returned, and nothing else")
    }
  }

  /// The member with the signature: in Key Vault's answer, in that of `az keyvault key sign`, and in that of `aws kms
  /// sign`.
  private static let members: [ExactText] = ["value", "signature", "Signature"]

  /// `{"kid":"…","value":"…"}` and the like. Only the signature counts, because the key is judged by what it signed.
  private static func vaultSignature(_ text: Span<UInt8>) throws(SignatureTextError) -> [UInt8] {
    let answer: JSONObject
    do throws(JSONError) { answer = try JSONReader.object(text) } catch {
      throw SignatureTextError(
        .malformed, "the signature is not acceptable JSON: \(error.problem), at byte \(error.offset)")
    }
    if let failure = answer["error"] {
      throw SignatureTextError(
        .malformed, "the vault answered with an error: \(ForeignText(json: JSONWriter.text(failure)))")
    }
    // Vault wraps the answers of its Transit engine.
    let holder = answer["data"]?.object ?? answer
    let values = members.compactMap { holder[$0] }
    guard values.count == 1, let value = values.first?.string else {
      throw SignatureTextError(
        .malformed, "the signature is JSON without a value that is text, or with several",
        hint: "a vault's answer is {\"kid\":\"…\",\"value\":\"…\"}, or has a member signature")
    }
    return try base64(withoutTransitPrefix(Array(value.text.utf8)))
  }

  /// The output of `vault write transit/sign/…`: a table with the signature in the row `signature`, or that signature
  /// alone.
  ///
  /// Nil for any other text.
  private static func transitSignature(_ text: [UInt8]) throws(SignatureTextError) -> [UInt8]? {
    let words = text.split(whereSeparator: ASCII.isWhiteSpace)
    let signatures = words.filter { $0.starts(with: transitPrefix) }
    guard let signature = signatures.first else { return nil }
    let isAlone = words.count == 1
    let isInTable = words.contains { $0.elementsEqual("signature".utf8) }
    guard signatures.count == 1, isAlone || isInTable else {
      throw SignatureTextError(
        .malformed, "the text holds \(signatures.count) signatures of Vault Transit among other words",
        hint: "give the signature alone, from vault:v on")
    }
    return try base64(withoutTransitPrefix(Array(signature)))
  }

  private static let transitPrefix = Array("vault:v".utf8)

  /// Without `vault:v1:`, whose number is the version of the key.
  private static func withoutTransitPrefix(_ text: [UInt8]) -> [UInt8] {
    guard text.starts(with: transitPrefix) else { return text }
    let version = text.dropFirst(transitPrefix.count).prefix(while: ASCII.isDigit)
    let rest = text.dropFirst(transitPrefix.count + version.count)
    return !version.isEmpty && rest.first == UInt8(ascii: ":") ? Array(rest.dropFirst()) : text
  }

  private static func base64(_ text: [UInt8]) throws(SignatureTextError) -> [UInt8] { try base64(text.span) }
}

/// A signature that cannot be read in any form.
public typealias SignatureTextError = Failure<SignatureTextErrorCode>

/// The reasons of a `SignatureTextError`, by their stable ids.
@nonexhaustive
public enum SignatureTextErrorCode: String, FailureCode {
  case malformed = "malformed-signature"
}
