import Encodings
public import JSON
public import Messages
public import Signing

extension SigningRequest {
  /// The version of the format, which each request names as `keyroll-signing-request`.
  public static let version: Int64 = 1

  /// The request as it is carried; the README describes the members.
  public var json: JSONObject {
    var profile: JSONObject = [
      "id": .string(ExactText(self.profile.id)), "parameters": .object(self.profile.parameters),
    ]
    profile["document"] = self.profile.document.map { .object($0) }
    return [
      "keyroll-signing-request": .integer(Self.version),
      "summary": .array(summary.map { .string(ExactText($0)) }),
      "profile": .object(profile),
      "algorithm": .string(ExactText(algorithm.rawValue)),
      "certificates": .array(certificates.map { .string(ExactText(Base64.standard.text($0.der))) }),
      "window": .object(Self.json(window)),
      "header": .object(header),
      "claims": .object(claims),
      "signing-input": .string(ExactText(signingInputText)),
      "digest": .object([
        "hash": .string(ExactText(algorithm.digest.rawValue)),
        "hex": .string(ExactText(Hexadecimal.lowerCase(digest))),
      ]),
    ]
  }

  private var signingInputText: String { String(validating: signingInput, as: UTF8.self) ?? "" }

  private static func json(_ window: TokenWindow) -> JSONObject {
    var object = JSONObject()
    object["start"] = window.start.map { .string(ExactText($0.description)) }
    object["end"] = window.end.map { .string(ExactText($0.description)) }
    return object
  }

  /// Reads a request strictly: unknown members are refused, and whatever says the same twice must say the same.
  ///
  /// Throws `malformed-signing-request`, `unsupported-signing-request`, or the `…-mismatch` of the first part that another
  /// one contradicts. Whether the profile accepts what is to be signed, `judge` says.
  public init(_ text: Span<UInt8>, cryptography: any Cryptography) throws(SigningRequestError) {
    let object: JSONObject
    do throws(JSONError) { object = try JSONReader.object(text, within: .signingRequest) } catch {
      throw SigningRequestError(
        .malformed, "the signing request is not acceptable JSON: \(error.problem), at byte \(error.offset)",
        hint: "give the file that keyroll prepare wrote")
    }
    var members = SigningRequestMembers(object, "the signing request")
    guard try members.integer("keyroll-signing-request") == Self.version else {
      throw SigningRequestError(
        .unsupportedVersion,
        "the signing request is of another version than \(Self.version), the one that is read here",
        hint: "prepare and sign it with the same version of keyroll")
    }
    let summary = try members.texts("summary")
    let profile = try Self.profile(try members.object("profile"))
    let algorithm = try Self.algorithm(try members.text("algorithm"))
    let certificates = try Self.certificates(try members.texts("certificates"), cryptography)
    let window = try members.object("window")
    let header = try members.object("header")
    let claims = try members.object("claims")
    let signingInput = try members.text("signing-input")
    let digest = try members.object("digest")
    try members.refuseOthers()

    guard header["alg"] == .string(ExactText(algorithm.rawValue)) else {
      throw .mismatch(.algorithmMismatch, "its algorithm is \(algorithm.rawValue), and its header has another alg")
    }
    let draft = TokenDraft(
      header: header, claims: claims, publicKey: certificates.first?.publicKey, certificate: certificates.first)
    do throws(TokenError) {
      try self.init(
        draft, by: profile, algorithm: algorithm, certificates: certificates, cryptography: cryptography)
    } catch {
      throw SigningRequestError(.malformed, "the signing request cannot be made a token: \(error.message)")
    }
    guard signingInput == ExactText(signingInputText) else {
      throw .mismatch(.signingInputMismatch, "its signing input is not the encoding of its header and claims")
    }
    guard .object(digest) == json["digest"] else {
      throw .mismatch(.digestMismatch, "its digest is not the \(algorithm.digest.rawValue) of its signing input")
    }
    guard window == Self.json(self.window) else {
      throw .mismatch(.windowMismatch, "its window is not that of its claims, which is \(self.window)")
    }
    try requireSame(summary)
  }

  /// The summary is what a person read, so it must be that of what is signed.
  private func requireSame(_ found: [ExactText]) throws(SigningRequestError) {
    let expected = summary.map { ExactText($0) }
    if found == expected { return }
    for (line, place) in zip(expected, found.indices) where found[place] != line {
      throw .mismatch(
        .summaryMismatch, "its summary says \(quoting: found[place]), and its other parts \(quoting: line)")
    }
    throw .mismatch(
      .summaryMismatch, "its summary has \(found.count) lines, and its other parts make \(expected.count)")
  }

  private static func profile(_ object: JSONObject) throws(SigningRequestError) -> ProfileReference {
    var members = SigningRequestMembers(object, "the profile of the signing request")
    let id = try members.text("id").text
    let parameters = try members.object("parameters")
    let text = try members.objectIfPresent("document")
    try members.refuseOthers()
    guard let text else { return ProfileReference(id: id, parameters: parameters) }
    do throws(ProfileError) {
      let bytes = JSONWriter.bytes(text)
      let document = try ProfileDocument(bytes.span)
      guard ExactText(document.id) == ExactText(id) else {
        throw ProfileError(
          .malformedProfile, "it has the id \(naming: document.id), and the request names \(naming: id)")
      }
      return try ProfileReference(id: id, parameters: parameters).replacingDocument(with: document)
    } catch {
      throw SigningRequestError(.malformed, "the profile in the signing request cannot be used: \(error.message)")
    }
  }

  private static func algorithm(_ name: ExactText) throws(SigningRequestError) -> SignatureAlgorithm {
    if let algorithm = SignatureAlgorithm(name: name.text) { return algorithm }
    throw SigningRequestError(
      .malformed, "the signing request has the algorithm \(quoting: name), which is no RSA signature algorithm")
  }

  private static func certificates(
    _ texts: [ExactText], _ cryptography: any Cryptography
  ) throws(SigningRequestError) -> [Certificate] {
    guard (1...Limits.certificateCount).contains(texts.count) else {
      throw SigningRequestError(
        .malformed,
        "the signing request has \(texts.count) certificates, and 1 to \(Limits.certificateCount) are needed")
    }
    var certificates: [Certificate] = []
    for text in texts {
      let der: [UInt8]
      do throws(Base64Error) { der = try Base64.standard.decode(text) } catch {
        throw SigningRequestError(.malformed, "a certificate of the signing request is not base64: \(error.message)")
      }
      do throws(KeyError) { certificates.append(try cryptography.certificate(der: der.span)) } catch {
        throw SigningRequestError(.malformed, "a certificate of the signing request cannot be used: \(error.message)")
      }
    }
    return certificates
  }
}
