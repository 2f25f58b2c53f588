import Keyroll

/// What programs are told of a result: the result itself or the file that holds it, and what is known of it.
struct ResultReport {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  static let jsonVersion: Int64 = 1

  /// What the member is called that holds the result: `token`.
  private let name: ExactText
  /// The result as a value; nil for the text that is written, without its last line feed.
  private let value: JSONValue?
  /// What is known of it.
  private let facts: JSONObject

  init(_ name: ExactText, value: JSONValue? = nil, _ facts: JSONObject = JSONObject()) {
    self.name = name
    self.value = value
    self.facts = facts
  }

  /// A token: the profile that judged it, its algorithm, and when it can be used.
  init(_ token: SignedToken) {
    self.init("token", Self.facts(of: token))
  }

  /// A request for a signer elsewhere.
  init(_ request: SigningRequest) {
    self.init("request", value: .object(request.json), Self.facts(of: request))
  }

  /// The same for a certificate or a certificate request.
  init(_ request: CertificateSigningRequest) {
    self.init("request", value: .object(request.json), Self.facts(of: request))
  }

  /// The signature that a request asks for, alone.
  init(signatureFor request: SigningRequest) { self.init("signature", Self.facts(of: request)) }

  /// The same for a certificate or a certificate request.
  init(signatureFor request: CertificateSigningRequest) { self.init("signature", Self.facts(of: request)) }

  private static func facts(of request: SigningRequest) -> JSONObject {
    var facts: JSONObject = [
      "profile": .string(ExactText(request.profile.id)), "algorithm": .string(ExactText(request.algorithm.rawValue)),
    ]
    add(request.window, to: &facts)
    return facts
  }

  private static func facts(of request: CertificateSigningRequest) -> JSONObject {
    var facts: JSONObject = [
      "subject": .string(ExactText(request.contents.subject.text)),
      "algorithm": .string(ExactText(request.algorithm.rawValue)),
    ]
    add(request.contents.life, to: &facts)
    return facts
  }

  /// A certificate or certificate request that is signed.
  init(_ product: CertificateSigningRequest.Product) {
    guard let certificate = product.certificate else {
      self.init("certificateRequest")
      return
    }
    var facts: JSONObject = ["subject": .string(ExactText(certificate.subject))]
    Self.add(CertificateLife(notBefore: certificate.notBefore, notAfter: certificate.notAfter), to: &facts)
    facts["thumbprint"] = .string(ExactText(Hexadecimal.upperCase(certificate.sha1Thumbprint)))
    facts["thumbprintSHA256"] = .string(ExactText(Hexadecimal.upperCase(certificate.sha256Thumbprint)))
    self.init("certificate", facts)
  }

  /// `text` is the result; `file` holds it, and `picture` draws it, where they were asked for.
  func json(of text: String, file: String?, picture: String?) -> JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion)]
    if let file {
      object["file"] = .string(ExactText(file))
    } else {
      object[name] = value ?? .string(ExactText(text.hasSuffix("\n") ? String(text.dropLast()) : text))
    }
    object["picture"] = picture.map { .string(ExactText($0)) }
    for fact in facts.members { object[fact.name] = fact.value }
    return object
  }

  /// Tokens for windows that follow each other, each in a file.
  static func json(of tokens: [(path: String, token: SignedToken)]) -> JSONObject {
    let objects = tokens.map { path, token in
      var object: JSONObject = ["file": .string(ExactText(path))]
      for fact in facts(of: token).members { object[fact.name] = fact.value }
      return JSONValue.object(object)
    }
    return ["version": .integer(jsonVersion), "tokens": .array(objects)]
  }

  private static func facts(of token: SignedToken) -> JSONObject {
    var facts: JSONObject = ["profile": .string(ExactText(token.report.profileID))]
    facts["algorithm"] = token.report.verifiedToken?.header["alg"]
    add(token.window, to: &facts)
    return facts
  }

  /// When a token can be used: from its first second to the first one at which it cannot.
  static func add(_ window: TokenWindow, to facts: inout JSONObject) {
    facts["validFrom"] = window.start.map { .string(ExactText($0.description)) }
    facts["validUntil"] = window.end.map { .string(ExactText($0.description)) }
  }

  private static func add(_ life: CertificateLife?, to facts: inout JSONObject) {
    guard let life else { return }
    facts["startDateTime"] = .string(ExactText(NumericDate(seconds: life.notBefore).description))
    facts["endDateTime"] = .string(ExactText(NumericDate(seconds: life.notAfter).description))
  }
}
