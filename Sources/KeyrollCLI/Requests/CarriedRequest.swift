import Keyroll

/// What `keyroll prepare` wrote, read strictly: the request for a token (version 1) or for a certificate (version 2).
enum CarriedRequest {
  case token(ReviewedRequest)
  case certificate(ReviewedCertificate)

  /// Reads the file once; throws what reading a request throws, and `usage` for a profile that is insisted upon if there is none.
  init(_ path: String, insistingOn profileName: String?) throws {
    let contents = try SecretBytes.contents(ofFile: path, limit: JSONLimits.signingRequest.byteCount)
    if contents.withBytes(CertificateSigningRequest.isAnnounced) {
      if profileName != nil {
        throw CommandError.usage("--profile is for tokens, and this request is for a certificate")
      }
      self = .certificate(
        ReviewedCertificate(
          try contents.withBytes { (text) throws(SigningRequestError) in
            try CertificateSigningRequest(text, with: .command)
          }, from: path))
      return
    }
    let request = try contents.withBytes { (text) throws(SigningRequestError) in
      try SigningRequest(text, cryptography: Toolkit.command.cryptography)
    }
    self = .token(try ReviewedRequest(request, at: path, insistingOn: profileName))
  }
}

/// A certificate, or a request for one, from elsewhere under review.
struct ReviewedCertificate {
  let request: CertificateSigningRequest
  /// Where the request came from.
  private let path: String

  init(_ request: CertificateSigningRequest, from path: String) {
    self.request = request
    self.path = path
  }

  /// Says the warnings; throws what is wrong with the life of the certificate.
  func judge(at time: NumericDate, builtAt buildTime: Int64, atMost maximum: TimeSpan? = nil) throws(CertificateError) {
    try request.requireLife(at: time, atMost: maximum, builtAt: NumericDate(seconds: buildTime))
    request.warningTexts.forEach(Diagnostics.warning)
  }

  /// Opens the key and signs; throws `key-mismatch` for another key than the one it was prepared for.
  func sign(
    by reference: KeyReference, opened access: KeyAccess, at time: NumericDate
  ) throws -> (signature: [UInt8], product: CertificateSigningRequest.Product) {
    let toolkit = try access.toolkit()
    let signer = try access.open(reference) { (secrets) throws(KeyError) in
      try SigningKey(reference, secrets: secrets).signer(for: request.algorithm, at: time, with: toolkit)
    }
    return try request.sign(with: signer, by: toolkit.issuer, cryptography: toolkit.cryptography)
  }

  /// Makes it with the signature in a file.
  func product(
    with signature: String, otherCertificates: [Certificate], limit: Int
  ) throws -> CertificateSigningRequest.Product {
    try SecretBytes.contents(ofFile: signature, limit: limit).withBytes { (text) throws(CertificateError) in
      try request.product(with: text, otherCertificates: otherCertificates, with: .command)
    }
  }

  // MARK: For people

  var screen: ScreenText {
    var screen = ScreenText([Self.title])
    screen.append(summary.screen)
    return screen
  }

  /// The line that says that the request was accepted, once `judge` has thrown nothing.
  func verdict(at time: NumericDate) -> ScreenText {
    let kind = request.contents.life == nil ? "certificate request" : "certificate"
    return ScreenText(["\(ReportText.answer(true))  \(kind), judged for \(time); nothing is signed"])
  }

  static let title = "the request asks for this signature"

  /// What is asked for.
  var summary: FieldList {
    var fields = FieldList()
    for (name, value) in request.summaryFields { fields.append("  \(name)", value) }
    return fields
  }
}
