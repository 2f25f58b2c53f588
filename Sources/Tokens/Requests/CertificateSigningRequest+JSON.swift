import Encodings
public import JSON
public import Messages
public import Signing

extension CertificateSigningRequest {
  /// The version of the format, which each request gives as `keyroll-signing-request`; requests for tokens stay in
  /// version 1.
  public static let version: Int64 = 2

  /// The JSON form of the request.
  public var json: JSONObject {
    [
      "keyroll-signing-request": .integer(Self.version),
      "kind": .string(ExactText(contents.kind)),
      "summary": .array(summary.map { .string(ExactText($0)) }),
      "algorithm": .string(ExactText(algorithm.rawValue)),
      "public-key": .string(ExactText(Base64.standard.text(publicKey.subjectPublicKeyInfo))),
      "contents": .object(contentsJSON),
      "to-be-signed": .string(ExactText(Base64.standard.text(toBeSigned))),
      "digest": .object([
        "hash": .string(ExactText(algorithm.digest.rawValue)),
        "hex": .string(ExactText(Hexadecimal.lowerCase(digest))),
      ]),
    ]
  }

  private var contentsJSON: JSONObject {
    var object = JSONObject()
    if case .certificate(let contents) = contents {
      object["serial"] = .string(ExactText(Hexadecimal.lowerCase(contents.serialNumber)))
    }
    object["subject"] = .string(ExactText(contents.subject.text))
    if let life = contents.life {
      object["not-before"] = .string(ExactText(NumericDate(seconds: life.notBefore).description))
      object["not-after"] = .string(ExactText(NumericDate(seconds: life.notAfter).description))
    }
    let usage = contents.usage
    object["key-usage"] = .array(usage.key.map { .string(ExactText($0.rawValue)) })
    object["extended-key-usage"] = .array(usage.extended.map { .string(ExactText($0.rawValue)) })
    return object
  }

  /// True for text that claims to be a request of this version, whether or not it can be read.
  public static func isAnnounced(by text: Span<UInt8>) -> Bool {
    guard let object = try? JSONReader.object(text, within: .signingRequest) else { return false }
    return object["keyroll-signing-request"]?.number?.integer == version
  }

  /// Reads a request strictly: unknown members are refused, the to-be-signed bytes are rebuilt from `contents` and
  /// `public-key` and must be equal, and members that state the same fact must agree.
  ///
  /// Throws `malformed-signing-request`, `unsupported-signing-request`, the `…-mismatch` of the first part that
  /// contradicts another, or what making such a certificate would throw. `requireLife` decides whether its life is
  /// acceptable.
  public init(
    _ text: Span<UInt8>, encoder: any CertificateEncoder, cryptography: any Cryptography
  ) throws(SigningRequestError) {
    var members = try JSONMembers(ofWholeRequest: text, version: Self.version)
    let kind = try members.require("kind", .text)
    let summary = try members.require("summary", .strings("an array of text"))
    let algorithm = try members.requireAlgorithm()
    let publicKey = try Self.publicKey(try members.require("public-key", .text), cryptography)
    let contents = try members.require("contents", .object)
    let toBeSigned = try members.require("to-be-signed", .text)
    let digest = try members.require("digest", .object)
    try members.refuseOthers()

    do throws(CertificateError) {
      try self.init(
        try Self.contents(contents, of: kind, encoder), of: publicKey, algorithm: algorithm, encoder: encoder,
        cryptography: cryptography)
    } catch {
      throw SigningRequestError(
        id: error.id, "the signing request cannot be turned into a certificate: \(error.message)", hint: error.hint)
    }
    guard contents == contentsJSON else {
      throw SigningRequestError(
        .malformed, "the contents of the signing request are not written as keyroll writes them")
    }
    guard toBeSigned == ExactText(Base64.standard.text(self.toBeSigned)) else {
      throw .mismatch(
        .toBeSignedMismatch, "its to-be-signed bytes are not those that its contents and its public key make")
    }
    guard .object(digest) == json["digest"] else {
      throw .mismatch(.digestMismatch, "its digest is not the \(algorithm.digest.rawValue) of its to-be-signed bytes")
    }
    guard summary == self.summary.map({ ExactText($0) }) else {
      throw .mismatch(.summaryMismatch, "its summary is not that of its other parts")
    }
  }

  private static func publicKey(
    _ text: ExactText, _ cryptography: any Cryptography
  ) throws(SigningRequestError) -> PublicKey {
    let der: [UInt8]
    do throws(Base64Error) { der = try Base64.standard.decode(text) } catch {
      throw SigningRequestError(.malformed, "the public key of the signing request is not base64: \(error.message)")
    }
    let publicKey: PublicKey
    do throws(KeyError) { publicKey = try cryptography.publicKey(subjectPublicKeyInfo: der.span) } catch {
      throw SigningRequestError(.malformed, "the public key of the signing request cannot be used: \(error.message)")
    }
    guard publicKey.subjectPublicKeyInfo == der else {
      throw SigningRequestError(.malformed, "the public key of the signing request is not the DER of a key")
    }
    return publicKey
  }

  private static func contents(
    _ object: JSONObject, of kind: ExactText, _ encoder: any CertificateEncoder
  ) throws(CertificateError) -> Contents {
    do throws(SigningRequestError) {
      var members = JSONMembers(object, ofRequest: "the contents of the signing request")
      let subject = try members.require("subject", .text).text
      let keyUsage = try members.require("key-usage", .strings("an array of text"))
      let extended = try members.require("extended-key-usage", .strings("an array of text"))
      let usage = CertificateUsage.assertions
      guard keyUsage == usage.key.map({ ExactText($0.rawValue) }),
        extended == usage.extended.map({ ExactText($0.rawValue) })
      else { throw SigningRequestError(.malformed, "it asks for a usage that keyroll does not put into certificates") }
      switch kind {
      case "certificate":
        let serial = try members.require("serial", .text)
        let life = CertificateLife(
          notBefore: try date(try members.require("not-before", .text)),
          notAfter: try date(try members.require("not-after", .text)))
        try members.refuseOthers()
        guard let serial = Hexadecimal.decode(serial) else {
          throw SigningRequestError(.malformed, "its serial number is not hexadecimal")
        }
        guard life.seconds > 0 else { throw SigningRequestError(.malformed, "its life ends before it starts") }
        return try SigningRequestError.passing { () throws(CertificateError) in
          .certificate(
            try CertificateContents(
              serialNumber: serial, subject: encoder.subject(DistinguishedName(subject)), life: life, usage: usage))
        }
      case "certificate-request":
        try members.refuseOthers()
        return try SigningRequestError.passing { () throws(CertificateError) in
          .request(CertificateRequestContents(subject: try encoder.subject(DistinguishedName(subject)), usage: usage))
        }
      default:
        throw SigningRequestError(.malformed, "its kind is \(quoting: kind), not certificate or certificate-request")
      }
    } catch {
      throw CertificateError(error)
    }
  }

  private static func date(_ text: ExactText) throws(SigningRequestError) -> Int64 {
    if let date = NumericDate(rfc3339: text.text) { return date.seconds }
    throw SigningRequestError(.malformed, "\(quoting: text) is not a date in RFC 3339")
  }
}
