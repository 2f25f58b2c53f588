import Keyroll

/// A signing request from elsewhere, the profile to judge it by again, and all that a person is told before it is signed.
struct RequestReview {
  let request: SigningRequest
  let profile: Profile
  private let reference: ProfileReference
  /// What was said besides the summary, in its order.
  private var remarks: [String] = []

  /// Reads the request strictly and finds its profile, or the one that the reviewer insists on.
  init(_ path: String, insistingOn profileName: String?) throws {
    let contents = try SecretBytes.contents(ofFile: path, limit: JSONLimits.signingRequest.byteCount)
    let request = try contents.withBytes { text throws(SigningRequestError) in
      try SigningRequest(text, cryptography: OpenSSLCryptography())
    }
    self.request = request
    reference = try profileName.map { try Self.reference(of: request, insistingOn: $0) } ?? request.profile
    profile = try reference.profile(algorithm: request.algorithm, publicKey: request.publicKey)
    if profileName == nil, !reference.isBuiltIn {
      warn("the rules of profile \(naming: reference.id) come with the request: --profile FILE judges it by yours")
    }
  }

  /// Throws unless the request is for these values, by the names of the profile's parameters; warns of rules that leave open
  /// what a parameter means.
  mutating func requireValues(_ expected: [String: ExactText], insists: Bool) throws(ProfileError) {
    try reference.require(expected)
    if let name = expected.keys.sorted().first, !insists, !reference.isBuiltIn {
      warn(
        "what \(naming: name) means is for the rules that come with the request to say: --profile FILE takes yours"
      )
    }
  }

  /// Says the warnings, and gives them; throws the first check that fails.
  @discardableResult
  func judge(at time: NumericDate) throws(TokenError) -> [Check] {
    let warnings = try request.judge(by: profile, at: time, cryptography: OpenSSLCryptography())
    Diagnostics.warn(of: warnings)
    return warnings
  }

  /// The same for who is about to sign, with the window and its distance; throws also for a window that is not signed.
  mutating func judge(at time: NumericDate, horizon: TimeSpan) throws {
    try request.requireWindow(startingWithin: horizon, of: time)
    remarks += try judge(at: time).compactMap(\.finding).map { "warning: \($0.message) [\($0.reason)]" }
    // In UTC, because a clock in another zone hides when the token can be used.
    if let remainder = request.window.remainder(at: time) {
      let text = "valid \(request.window): \(remainder)"
      Diagnostics.note(text)
      remarks.append("note: \(text)")
    }
  }

  /// Shows what is asked for to the person who decides.
  func show() { Diagnostics.show(Self.title, summary) }

  var summaryScreen: ScreenText {
    var screen = ScreenText([Self.title])
    screen.append(summary.screen)
    return screen
  }

  /// The summary and all that was said, for a terminal on which that was not seen.
  var screen: ScreenText {
    var screen = summaryScreen
    screen.append(ScreenText(remarks))
    return screen
  }

  /// The line that says that the request was accepted, once `judge` has thrown nothing.
  func verdict(at time: NumericDate) -> ScreenText {
    let judged = max(time, request.window.start ?? time)
    return ScreenText(["\(ReportText.answer(true))  \(naming: profile.id), judged for \(judged); nothing is signed"])
  }

  private static let title = "the request asks for this signature"

  private var summary: FieldList {
    var fields = FieldList()
    for (name, value) in request.summaryFields { fields.append("  \(name)", value) }
    return fields
  }

  private mutating func warn(_ text: String) {
    Diagnostics.warning(text)
    remarks.append("warning: \(text)")
  }

  private static func reference(of request: SigningRequest, insistingOn name: String) throws -> ProfileReference {
    let wanted = ExactText(name)
    let isMicrosofts = ProfileReference.idsWithoutDocument.contains { ExactText($0) == wanted }
    let document = isMicrosofts ? nil : try ProfileFile.document(name)
    let id = document?.id ?? name
    guard ExactText(id) == ExactText(request.profile.id) else {
      throw SigningRequestError(
        .profileMismatch,
        "the signing request is for profile \(naming: request.profile.id), and \(naming: id) is insisted upon",
        hint: "ask whoever prepared it for a token by that profile")
    }
    return try document.map { try request.profile.replacingDocument(with: $0) } ?? request.profile
  }
}
