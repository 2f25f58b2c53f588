import Encodings
import Messages
import Tokens
import TestSupport
import Testing

@Suite("SignatureText")
struct SignatureTextTests {
  /// Has bytes that need `+`, `/` and a digit of every kind.
  private static let signature: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 251) }

  private func read(_ text: [UInt8], byteCount: Int = 256) throws -> (bytes: [UInt8], form: SignatureText.Form) {
    try SignatureText.read(text.span, expecting: byteCount)
  }

  private static let base64 = Base64.standard.text(signature)
  private static let base64url = Base64.url.text(signature)
  private static let hexadecimal = Hexadecimal.lowerCase(signature)

  /// The text in lines of 64 characters, as many tools write it.
  private static func lines(_ text: String, _ end: String) -> String {
    var lines = ""
    for (index, character) in text.enumerated() {
      if index > 0, index.isMultiple(of: 64) { lines += end }
      lines.append(character)
    }
    return lines + end
  }

  private static func pairs(_ separator: String, _ digits: String) -> String {
    let start = digits.hasPrefix("0x") ? 2 : 0
    return (start == 0 ? "" : "0x")
      + stride(from: start, to: digits.count, by: 2).map { "\(digits.dropFirst($0).prefix(2))" }.joined(
        separator: separator)
  }

  /// Lines of 16 bytes behind their offset, with the bytes as characters at the end.
  private static func dump(_ between: String, _ behindOffset: String) -> String {
    stride(from: 0, to: signature.count, by: 16).map { start in
      let row = signature[start..<start + 16]
      let bytes = row.map { Hexadecimal.lowerCase([$0]) }.joined(separator: between)
      let characters = row.map { (0x21..<0x7F).contains($0) ? String(Unicode.Scalar($0)) : "." }.joined()
      let offset = Hexadecimal.lowerCase([0, 0, UInt8(start >> 8), UInt8(start & 0xFF)])
      return "\(offset)\(behindOffset)\(bytes)  \(characters)\n"
    }.joined()
  }

  @Test(
    "a signature is read in every form, and line breaks do not matter",
    arguments: [
      (base64, .base64), (base64 + "\n", .base64), (lines(base64, "\n"), .base64), (lines(base64, "\r\n"), .base64),
      (String(base64.prefix { $0 != "=" }), .base64), (base64url, .base64), (base64url + "==", .base64),
      (lines(base64url, "\n"), .base64), (hexadecimal, .hexadecimal), (Hexadecimal.upperCase(signature), .hexadecimal),
      (lines(hexadecimal, "\n"), .hexadecimal), ("  \(hexadecimal)\t\n", .hexadecimal),
      (
        stride(from: 0, to: 512, by: 2).map { "\(hexadecimal.dropFirst($0).prefix(2))" }.joined(separator: ":"),
        .hexadecimal
      ),
      ("{\"kid\":\"https://v.example/keys/k/1\",\"value\":\"\(base64url)\"}\n", .vaultAnswer),
      ("{ \"value\" : \"\(base64url)\" }", .vaultAnswer),
      ("{\"algorithm\":\"RS256\",\"keyId\":\"https://v.example/keys/k/1\",\"signature\":\"\(base64)\"}", .vaultAnswer),
      (
        "{\n  \"KeyId\": \"arn\",\n  \"Signature\": \"\(base64)\",\n  \"SigningAlgorithm\": \"RSASSA_PKCS1_V1_5_SHA_256\"\n}\n",
        .vaultAnswer
      ),
      ("{\"request_id\":\"r\",\"data\":{\"key_version\":1,\"signature\":\"vault:v1:\(base64)\"}}", .vaultAnswer),
      ("vault:v12:\(base64)\n", .vaultAnswer), ("vault:v1:\(base64url)", .vaultAnswer),
      (
        "Key            Value\n---            -----\nkey_version    1\nsignature      vault:v1:\(base64)\n",
        .vaultAnswer
      ),
      ("\"\(base64)\"\n", .base64), ("'\(base64url)'", .base64), ("\u{FEFF}\(base64)\r\n", .base64),
      ("\u{FEFF}{\"signature\":\"\(base64)\"}", .vaultAnswer),
      ("\u{1B}[1;39m{\"value\":\"\(base64url)\"}\u{1B}[0m\n", .vaultAnswer),
      (pairs("-", Hexadecimal.upperCase(signature)), .hexadecimal), (pairs(", 0x", "0x" + hexadecimal), .hexadecimal),
      ("0x\(hexadecimal)", .hexadecimal), ("SHA2-256(input.bin)= \(hexadecimal)\n", .base64),
      (signature.map { "\($0)" }.joined(separator: "\r\n"), .numbers),
      ("[\(signature.map { "\($0)" }.joined(separator: ", "))]", .numbers),
      ("{\"KeyId\":\"k\",\"RawResult\":[\(signature.map { "\($0)" }.joined(separator: ","))]}", .vaultAnswer),
      ("{\"keyId\":\"k\",\"signedBlob\":\"\(base64)\"}", .vaultAnswer),
      ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"value\":\"\(base64url)\"}", .vaultAnswer),
      ("WARNING: this is a preview.\n{\"signature\": \"\(base64)\"}\n", .vaultAnswer),
      ("arn:aws:kms:eu-west-1:1:key/x\t\(base64)\tRSASSA_PKCS1_V1_5_SHA_256\n", .base64),
      ("KeyId: arn:aws:kms:x\nSignature: \(base64)\n", .base64),
      ("data:\n  key_version: 1\n  signature: vault:v1:\(base64)\n", .vaultAnswer),
      ("{\"data\":{\"batch_results\":[{\"signature\":\"vault:v1:\(base64)\"}]}}", .vaultAnswer),
      (dump(" ", ": "), .dump), (dump("", ": "), .dump), (dump(" ", "  "), .dump), (dump("-", " - "), .dump),
      ("-----BEGIN SIGNATURE-----\n\(lines(base64, "\n"))-----END SIGNATURE-----\n", .base64),
    ] as [(String, SignatureText.Form)])
  func forms(_ text: String, _ form: SignatureText.Form) throws {
    let result = try read(Array(text.utf8))
    #expect(result.bytes == Self.signature)
    #expect(result.form == form)
  }

  @Test("bytes that are not text are the signature, including any white space among them")
  func bytes() throws {
    let result = try read(Self.signature)
    #expect(result.bytes == Self.signature && result.form == .bytes)
    let ends = [0x20] + Self.signature.dropFirst().dropLast() + [0x0A]
    #expect(try read(ends).bytes == ends)
    // Bytes of another length are accepted all the same: the diagnosis says what is wrong.
    #expect(try read(Self.signature + [0]).bytes.count == 257)
    let braces = [0x7B] + Self.signature.dropFirst()
    #expect(try read(braces).bytes == braces)
    let object = Array(braces.dropLast()) + [0x7D]
    #expect(try read(object).bytes == object)
  }

  @Test("base64 that happens to have only hexadecimal digits is recognised by its length")
  func ambiguity() throws {
    let text = String(repeating: "abcdef01", count: 64)
    #expect(try read(Array(text.utf8), byteCount: 256).form == .hexadecimal)
    #expect(try read(Array(text.utf8), byteCount: 384).form == .base64)
    #expect(try read(Array(text.utf8), byteCount: 384).bytes.count == 384)
  }

  @Test(
    "text without a signature is refused, with the reason",
    arguments: [
      ("", "the signature is empty"), (" \r\n", "the signature is empty"),
      ("a.b.c", "the signature is a whole token: it has three parts"),
      ("abc=d", "neither bytes nor hexadecimal"), ("a", "neither bytes nor hexadecimal"),
      ("ab+/-_", "neither bytes nor hexadecimal"), ("a.b", "neither bytes nor hexadecimal"),
      ("AB", "unused bits"), ("{}", "JSON without a value"), ("{\"value\":5}", "JSON without a value"),
      ("{\"value\":\"!\"}", "outside the alphabet"), ("{\"value\"}", "not acceptable JSON"),
      ("{\"value\":\"AA\",\"signature\":\"AA\"}", "or with several"),
      ("signature vault:v1:AA vault:v1:AA", "2 signatures of Vault Transit"), ("vault:v:AA", "outside the alphabet"),
      (
        "ERROR: (BadParameter) Invalid length of value: 44 bytes.\nCode: BadParameter",
        "the signer answered with an error"
      ),
      (
        "\nAn error occurred (AccessDeniedException) when calling the Sign operation: no",
        "the signer answered with an error"
      ),
      ("MIME-Version: 1.0\nContent-Type: multipart/signed; micalg=\"sha-256\"\n\nx", "is an S/MIME message"),
      ("-----BEGIN CMS-----\nMIIB\n-----END CMS-----\n", "in a PEM block with the label CMS"),
      ("some words, and nothing else", "holds no signature of 256 bytes"),
      ("a: \(base64)\nb: \(Base64.standard.text(signature.reversed()))", "2 words that may be the signature"),
      ("{\"error\":{\"code\":\"Forbidden\"}}", "the vault answered with an error: {\"code\":\"Forbidden\"}"),
    ])
  func refused(_ text: String, _ message: String) throws {
    do {
      _ = try SignatureText.read(Array(text.utf8).span, expecting: 256)
      Issue.record("it is read")
    } catch {
      #expect(error.id == "malformed-signature")
      #expect(error.message.contains(message), "\(error)")
    }
  }

  @Test("no input causes a crash")
  func mutations() {
    var generator = SeededGenerator(seed: 3)
    let texts = [Self.base64, Self.hexadecimal, "{\"kid\":\"k\",\"value\":\"\(Self.base64url)\"}"].map {
      Array($0.utf8)
    }
    var readCount = 0
    for round in 0..<1500 {
      let text = Mutation.mutate(texts[round % 3], using: &generator)
      if (try? SignatureText.read(text.span, expecting: 256)) != nil { readCount += 1 }
    }
    #expect(readCount > 0)
  }
}
