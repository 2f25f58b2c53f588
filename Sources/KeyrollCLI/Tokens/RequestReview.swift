import Keyroll

/// A signing request from elsewhere, and the profile to judge it by again.
struct RequestReview {
  let request: SigningRequest
  let profile: Profile

  /// Reads the request strictly and finds its profile, or the one that the reviewer insists on.
  init(_ path: String, insistingOn profileName: String?) throws {
    let contents = try SecretBytes.contents(ofFile: path, limit: Limits.JSON.signingRequest.byteCount)
    let request = try contents.withBytes { text throws(SigningRequestError) in
      try SigningRequest(text, cryptography: OpenSSLCryptography())
    }
    self.request = request
    let reference = try profileName.map { try Self.reference(of: request, insistingOn: $0) } ?? request.profile
    if profileName == nil, !reference.isBuiltIn {
      Diagnostics.warning(
        "the rules of profile \(reference.id) come with the request: --profile FILE judges it by yours")
    }
    profile = try reference.profile(algorithm: request.algorithm, publicKey: request.publicKey)
  }

  /// Says the warnings; throws the first check that fails.
  func judge(at time: NumericDate) throws(TokenError) {
    Diagnostics.warn(
      of: try request.judge(by: profile, at: time, certificateReader: OpenSSLCertificateReader()))
  }

  /// Shows what is asked for to the person who decides.
  func show() {
    var fields = FieldList()
    for (name, value) in request.summaryFields { fields.append("  \(name)", value) }
    Diagnostics.show("the request asks for this signature", fields)
  }

  private static func reference(of request: SigningRequest, insistingOn name: String) throws -> ProfileReference {
    let wanted = JSONString(name)
    let isMicrosofts = ProfileReference.idsWithoutDocument.contains { JSONString($0) == wanted }
    let document = isMicrosofts ? nil : try ProfileFile.document(name)
    let id = document?.id ?? name
    guard JSONString(id) == JSONString(request.profile.id) else {
      throw SigningRequestError(
        .profileMismatch, "the signing request is for profile \(request.profile.id), and \(id) is insisted upon",
        hint: "ask whoever prepared it for a token by that profile")
    }
    return try document.map { try request.profile.replacingDocument(with: $0) } ?? request.profile
  }
}
