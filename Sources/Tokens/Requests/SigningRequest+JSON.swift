import Encodings
public import JSON
public import Messages
public import Signing

extension SigningRequest {
  /// The version of the format, which each request gives as `keyroll-signing-request`.
  public static let version: Int64 = 1

  /// The JSON form of the request; `docs/signing-elsewhere.md` describes the members.
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

  /// Reads a request strictly: unknown members are refused, and members that state the same fact must agree.
  ///
  /// Throws `malformed-signing-request`, `unsupported-signing-request`, or the `…-mismatch` of the first part that
  /// contradicts another. `judge` decides whether the profile accepts the contents.
  public init(_ text: Span<UInt8>, cryptography: any Cryptography) throws(SigningRequestError) {
    var members = try JSONMembers(ofWholeRequest: text, version: Self.version)
    let summary = try members.require("summary", .strings("an array of text"))
    let profile = try Self.profile(try members.require("profile", .object))
    let algorithm = try members.requireAlgorithm()
    let certificates = try Self.certificates(
      try members.require("certificates", .strings("an array of text")), cryptography)
    let window = try members.require("window", .object)
    let header = try members.require("header", .object)
    let claims = try members.require("claims", .object)
    let signingInput = try members.require("signing-input", .text)
    let digest = try members.require("digest", .object)
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
      throw SigningRequestError(.malformed, "the signing request cannot be turned into a token: \(error.message)")
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

  /// A person has read the summary, so it must match what is signed.
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
    var members = JSONMembers(object, ofRequest: "the profile of the signing request")
    let id = try members.require("id", .text).text
    let parameters = try members.require("parameters", .object)
    let text = try members.take("document", .object)
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

extension SigningRequest {
  /// The summary of a request in its file: `name: value` lines, made only from its other parts.
  ///
  /// Part of the format, version 1: texts are unchanged, and any other value is JSON.
  public var summary: [String] { lines.map(\.stored) }

  /// The same for a person who reads it before signing; every claim and every header name is in it.
  ///
  /// Foreign names and values are shown as a `ForeignText`.
  public var summaryFields: [(name: String, value: String)] { lines.map(\.shown) }

  /// One line in both forms.
  private struct Line {
    let stored: String
    let shown: (name: String, value: String)

    /// Our own words.
    init(_ name: String, _ value: String) {
      stored = "\(name): \(value)"
      shown = (name, value)
    }

    init(_ kind: String, foreign value: String, shown: String) {
      stored = "\(kind): \(value)"
      self.shown = (kind, shown)
    }

    /// A member of the claims or the header.
    init(_ kind: String, _ member: JSONMember) {
      let (name, value) = (member.name, member.value)
      // Of a chain, only the length: it is the chain of the certificate, or the profile refuses it.
      if kind == "header", name == "x5c", let chain = value.array {
        let count = "\(chain.count) \(chain.count == 1 ? "certificate" : "certificates")"
        stored = "\(kind) \(name): \(count)"
        shown = ("\(kind) \(quoting: name)", count)
      } else {
        stored = "\(kind) \(name): \(value.string?.text ?? JSONWriter.text(value))"
        shown = ("\(kind) \(quoting: name)", value.printed)
      }
    }
  }

  private var lines: [Line] {
    let rules = profile.document == nil ? "" : profile.isBuiltIn ? ", built in" : ", as this request describes it"
    var lines = [
      Line("profile", foreign: profile.id + rules, shown: "\(naming: profile.id)\(rules)"),
      Line("window", window.description),
    ]
    lines += claims.members.map { Line("claim", $0) } + header.members.map { Line("header", $0) }
    if let leaf = certificates.first {
      lines += [
        Line("certificate", foreign: leaf.subject, shown: "\(quoting: leaf.subject)"),
        Line("SHA-1 thumbprint", Hexadecimal.upperCase(leaf.sha1Thumbprint)),
        Line("certificate ends", leaf.validity.notAfter.description), Line("key", leaf.publicKey.summary),
      ]
    }
    return lines + [Line("\(algorithm.digest.rawValue) to sign", Hexadecimal.lowerCase(digest))]
  }
}

/// The members of an object in a signing request.
extension JSONMembers where Refusal == SigningRequestError {
  /// Reads a request of one version; throws `malformed-signing-request` or `unsupported-signing-request`.
  init(ofWholeRequest text: Span<UInt8>, version: Int64) throws(SigningRequestError) {
    let object: JSONObject
    do throws(JSONError) { object = try JSONReader.object(text, within: .signingRequest) } catch {
      throw SigningRequestError(
        .malformed, "the signing request is not acceptable JSON: \(error.problem), at byte \(error.offset)",
        hint: "give the file that keyroll prepare wrote")
    }
    self.init(object, ofRequest: "the signing request")
    guard try require("keyroll-signing-request", .integer) == version else {
      throw SigningRequestError(
        .unsupportedVersion, "the signing request is not of version \(version), which keyroll reads",
        hint: "prepare and sign it with the same version of keyroll")
    }
  }

  /// The algorithm to sign with.
  mutating func requireAlgorithm() throws(SigningRequestError) -> SignatureAlgorithm {
    let name = try require("algorithm", .text)
    if let algorithm = SignatureAlgorithm(name: name.text) { return algorithm }
    throw SigningRequestError(
      .malformed, "the signing request has the algorithm \(quoting: name), which is not an RSA signature algorithm")
  }

  /// Throws `malformed-signing-request` for each fault; `subject` names the part of the request that the object is.
  init(_ object: JSONObject, ofRequest subject: String) {
    self.init(object) { fault in
      let problem =
        switch fault {
        case .missing(let name): "\(subject) has no \(name)"
        case .misshapen(let name, let value, let wanted): "\(name) of \(subject) is \(value.kind), not \(wanted)"
        case .unknown(let name): "\(subject) has an unknown member: \(quoting: name)"
        }
      return SigningRequestError(.malformed, problem)
    }
  }
}

extension JSONShape where Value == ExactText {
  static var text: Self { JSONShape("text") { $0.string } }
}
