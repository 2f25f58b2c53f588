import Keyroll

/// A signing request from elsewhere under review, and all that is said about it.
struct ReviewedRequest {
  let review: RequestReview
  /// Where the request came from.
  private let path: String
  /// What was said besides the summary, in its order.
  private var remarks: [String] = []

  var request: SigningRequest { review.request }

  /// Reads the request strictly and finds its profile, or the one that the reviewer insists on.
  init(_ request: SigningRequest, at path: String, insistingOn profileName: String?) throws {
    self.path = path
    review = try RequestReview(request, insistingOn: try profileName.map(ProfileFile.insistence))
    if review.bringsOwnRules {
      let id = review.request.profile.id
      warn("the rules of profile \(naming: id) come with the request: --profile FILE judges it by yours")
    }
  }

  /// Throws unless the request is for these values, by the names of the profile's parameters; warns of rules that leave open
  /// what a parameter means.
  mutating func requireValues(_ expected: [String: ExactText]) throws(ProfileError) {
    try review.requireValues(expected)
    if let name = expected.keys.sorted().first, review.bringsOwnRules {
      warn(
        "the rules that come with the request decide what \(naming: name) means: --profile FILE takes your own rules")
    }
  }

  /// Says the warnings; throws the first check that fails.
  mutating func judge(at time: NumericDate) throws(TokenError) {
    let warnings = try review.judge(at: time, with: .command)
    Diagnostics.warn(of: warnings)
    remarks += warnings.compactMap(\.finding).map { "warning: \($0.message) [\($0.reason)]" }
  }

  /// The same for who is about to sign, with the window and its distance; throws also for a window that is not signed.
  mutating func judge(at time: NumericDate, horizon: TimeSpan) throws {
    try review.requireWindow(startingWithin: horizon, of: time)
    try judge(at: time)
    // In UTC, because a clock in another zone hides when the token can be used.
    if let remainder = request.window.remainder(at: time) {
      let text = "valid \(request.window): \(remainder)"
      Diagnostics.note(text)
      remarks.append("note: \(text)")
    }
  }

  /// Opens the key and signs; the clock is asked when all is ready to be signed: a person may have been waited for.
  func token(by reference: KeyReference, opened access: KeyAccess, clock: ClockOptions) throws -> SignedToken {
    let toolkit = try access.toolkit()
    let now = try clock.now()
    let signer = try access.open(reference) { (secrets) throws(KeyError) in
      try review.signer(of: reference, secrets: secrets, from: path, at: now, with: toolkit)
    }
    return try review.token(by: signer, of: reference, from: path, at: try clock.now(), with: toolkit)
  }

  // MARK: For people

  /// The summary and all that was said, for a terminal on which that was not seen.
  var screen: ScreenText {
    var screen = ScreenText([Self.title])
    screen.append(summary.screen)
    screen.append(ScreenText(remarks))
    return screen
  }

  /// The line that says that the request was accepted, once `judge` has thrown nothing.
  func verdict(at time: NumericDate) -> ScreenText {
    ScreenText([
      "\(ReportText.answer(true))  \(naming: review.profile.id), judged for \(review.judgedTime(at: time)); nothing is signed"
    ])
  }

  static let title = "the request asks for this signature"

  /// What is asked for.
  var summary: FieldList {
    var fields = FieldList()
    for (name, value) in request.summaryFields { fields.append("  \(name)", value) }
    return fields
  }

  private mutating func warn(_ text: String) {
    Diagnostics.warning(text)
    remarks.append("warning: \(text)")
  }
}

/// What a request asks for, shown before it is signed or in place of that: as text, or as one report for programs.
struct RequestDisplay {
  let title: String
  let summary: FieldList
  let report: ResultReport
  let format: OutputFormat

  /// Shows it to the person who decides.
  func announce() { Diagnostics.show(title, summary) }

  /// Writes the summary before the request is judged: what is wrong is said beside it. A report waits for the verdict.
  func write() throws {
    if format == .json { return }
    var screen = ScreenText([title])
    screen.append(summary.screen)
    try StandardOutput.write(screen)
  }

  /// Writes what was found, in text only where it is accepted: an error says why it is not.
  func conclude(isAccepted: Bool, _ verdict: ScreenText = ScreenText()) throws {
    switch format {
    case .text: if isAccepted { try StandardOutput.write(verdict) }
    case .json:
      var object = report.json(of: "", file: nil, picture: nil)
      object["accepted"] = .boolean(isAccepted)
      try StandardOutput.write(object)
    }
  }
}
