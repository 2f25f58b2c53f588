import Encodings
import Entra
import Messages
import Tokens

extension RolloverFolder {
  /// Takes in a saved report of sign-ins; nil if the file is something else.
  ///
  /// Throws `evidence-unknown` if it shows neither of the two keys, or if it is not known which key ids they have.
  mutating func recordSignIns(
    _ bytes: [UInt8], of file: String, at time: NumericDate
  ) throws(RolloverError) -> RecordedAnswer? {
    let report = try RolloverError.passing { () throws(ResponseError) in try SignInReport(bytes.span, of: file) }
    guard let report else { return nil }
    let state = state(at: time)
    guard state.newKeyID != nil || state.oldKeyID != nil else {
      throw RolloverError(
        .evidenceUnknown, "\(naming: file) is a report of sign-ins, and the key ids of this rollover are not known yet",
        hint: "record a list of what is registered first: it has the key ids")
    }
    let evidence = RolloverEvidence(
      report, of: plan.object.clientID, new: state.newKeyID, addedAt: addition(of: state.newKeyID),
      old: state.oldKeyID)
    if evidence.kinds.isEmpty {
      throw RolloverError(
        .evidenceUnknown,
        report.names(plan.object.clientID)
          ? "\(naming: file) has no sign-in of the application \(plan.object.clientID) with the old or the new key"
          : "\(naming: file) has no sign-in of the application \(plan.object.clientID)",
        hint: "save its sign-ins from /beta/auditLogs/signIns, which has servicePrincipalCredentialKeyId")
    }
    try note(evidence, bytes, as: "sign-ins", of: nil, at: time)
    return RecordedAnswer(package: nil, request: nil, action: nil, evidence: evidence)
  }

  /// When the key with this id was added, by the clock of the service; nil if only a list has shown it.
  private func addition(of keyID: ExactText?) -> NumericDate? {
    guard let keyID else { return nil }
    return journal.events.first { event in
      if case .added(let id) = event.kind { id.isSameGUID(as: keyID) } else { false }
    }?.happened
  }
}

extension RolloverEvidence {
  /// What a report of sign-ins shows of the two keys.
  ///
  /// A success with the new key, not before it was added, shows that it is accepted. Any attempt with the old key shows that
  /// somebody still uses it.
  init(
    _ report: SignInReport, of clientID: ExactText, new newKeyID: ExactText?, addedAt: NumericDate?,
    old oldKeyID: ExactText?
  ) {
    let accepted = newKeyID.map { report.signIns(of: clientID, with: $0) } ?? []
    let success = accepted.filter { $0.isSuccess && $0.created >= addedAt ?? $0.created }.map(\.created).max()
    let used = (oldKeyID.map { report.signIns(of: clientID, with: $0) } ?? []).map(\.created).max()
    var kinds: [RolloverEvent.Kind] = []
    if success != nil { kinds.append(.accepted) }
    if let used { kinds.append(.oldKeyUsed(used)) }
    self.init(kinds, at: success)
  }
}
