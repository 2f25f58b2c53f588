public import Encodings
public import Tokens

/// The one step that comes next.
@nonexhaustive
public enum RolloverStep: Sendable, Hashable {
  /// Take in the certificate that a CA issued for the new key.
  case recordCertificate
  /// Write a package of this kind.
  case pack(PackageKind)
  /// Send a package that is written, between these times, and take in what comes back.
  case send(package: ExactText, opens: NumericDate, closes: NumericDate)
  /// Do not send a package that is written: until then it could do what must not be done any more. Take it in if it was sent.
  case withhold(package: ExactText, until: NumericDate)
  /// Take in a list of what is registered, which somebody saved.
  case recordList
  /// Let the workload use the new key, and say so.
  case switchWorkload
  /// Do nothing before this time.
  case wait(until: NumericDate)
  /// Start another rollover: this one cannot go on.
  case startAnew
  /// The rollover is over, or only a person can go on.
  case nothing
}

/// Why a step comes next.
@nonexhaustive
public enum RolloverReason: Sendable, Hashable {
  /// The CA has not issued the certificate of the new key yet.
  case certificateMissing
  /// The new certificate can be added.
  case certificateReady
  /// The old key proves nothing any more: the new certificate has to be added by another way.
  case oldCertificateEnded(NumericDate)
  /// The package was written and has not come back.
  case packageOutstanding(PackageKind)
  /// Its last window has closed, and nothing came back.
  case windowClosed(package: ExactText)
  /// The new key was added, and no answer to a try is known yet.
  case notTriedYet
  /// The new key was added so long ago and is refused, which is still usual for some minutes.
  case lag(TimeSpan)
  /// It is refused for longer than a lag explains.
  case refused(TimeSpan)
  /// The token endpoint accepted the new key.
  case accepted
  /// Both keys stay until then.
  case overlapRunning(until: NumericDate)
  /// Both keys have stayed for long enough.
  case overlapPassed
  /// This reason was given for not waiting.
  case overlapWaived
  /// No evidence names the entry of this key.
  case keyIDUnknown(RolloverKeyRole)
  /// A removal may have been done, and nothing confirms it yet.
  case removalUnconfirmed
  /// The new certificate ended at this time, before the old key was removed.
  case newCertificateEnded(NumericDate)
  /// Evidence contradicts the state.
  case conflict(RolloverConflict)
  /// The rollover was given up, and the new key is still registered.
  case abandoning
  /// Only a person can say that the workload is back on the old key.
  case backUnsaid
  /// The old key is removed.
  case done
  /// The rollover was given up.
  case abandoned
}

extension RolloverReason {
  /// So long after it was added, a key that is refused may only be new: up to 10 minutes were seen.
  public static let longestLag = TimeSpan.minutes(10)
}

/// Chooses the next step.
struct RolloverDecision {
  let step: RolloverStep
  let reason: RolloverReason

  init(_ record: RolloverRecord, conflicts: [RolloverConflict], gate: RolloverGate, at time: NumericDate) {
    (step, reason) = Self.decide(record, conflicts, gate, time)
  }

  private typealias Choice = (RolloverStep, RolloverReason)

  private static func decide(
    _ record: RolloverRecord, _ conflicts: [RolloverConflict], _ gate: RolloverGate, _ time: NumericDate
  ) -> Choice {
    if record.stage == .done { return (.nothing, .done) }
    if record.stage == .abandoned, !record.isAddedAfterAbandoning { return (.nothing, .abandoned) }
    if let (name, packed) = record.outstanding, time < packed.closes {
      let objection = objection(to: packed.kind, record, gate)
      guard let objection else {
        return (.send(package: name, opens: packed.opens, closes: packed.closes), .packageOutstanding(packed.kind))
      }
      if record.isUnanswered(name) { return (.withhold(package: name, until: packed.closes), objection) }
    }
    if record.abandoning != nil { return undo(record, gate, time) }
    if let conflict = conflicts.first {
      // Longer than a replica lags, the entry is there.
      let isBack = conflict == .oldKeyStillListed && record.isOldListedForLong && gate.permit?.kind == .remove
      return (isBack ? .pack(.remove) : settlement(of: conflict, record), .conflict(conflict))
    }
    switch record.stage {
    case .waiting: return (.recordCertificate, .certificateMissing)
    case .ready:
      if let end = record.certificates[.old]?.notAfter, end < time { return (.recordList, .oldCertificateEnded(end)) }
      return (.pack(.add), closed(record) ?? .certificateReady)
    case .added: return attempt(record, time)
    case .accepted: return (.switchWorkload, .accepted)
    case .switched: return removal(record, gate)
    case .done: return (.nothing, .done)
    case .abandoned: return (.nothing, .abandoned)
    }
  }

  /// Why a package that was written must not be sent; nil if it may.
  private static func objection(
    to kind: PackageKind, _ record: RolloverRecord, _ gate: RolloverGate
  ) -> RolloverReason? {
    switch kind {
    case .attempt, .list: return nil
    case .add: return record.abandoning == nil ? nil : .abandoning
    case .remove:
      if record.abandoning != nil { return .abandoning }
      for missing in gate.missing {
        switch missing {
        case .settling(let conflicts): if let conflict = conflicts.first { return .conflict(conflict) }
        case .newCertificateEnded(let end): return .newCertificateEnded(end)
        case .acceptance, .switching, .overlap, .oldKeyID, .newKeyID: break
        }
      }
      return nil
    case .undo:
      if record.isBackUnsaid { return .backUnsaid }
      return record.isOldKeyGone ? .conflict(.oldKeyGone) : nil
    }
  }

  private static func closed(_ record: RolloverRecord) -> RolloverReason? {
    record.outstanding.map { .windowClosed(package: $0.name) }
  }

  private static func attempt(_ record: RolloverRecord, _ time: NumericDate) -> Choice {
    guard let addition = record.addition, let refusal = record.refusal, refusal.index > addition.index else {
      return (.pack(.attempt), closed(record) ?? .notTriedYet)
    }
    let age = time - addition.happened
    let isLag = age < RolloverReason.longestLag
    return (.pack(.attempt), isLag ? .lag(age) : .refused(age))
  }

  private static func removal(_ record: RolloverRecord, _ gate: RolloverGate) -> Choice {
    if record.oldRemoval != nil || record.isRemovalUnclear { return (.pack(.attempt), .removalUnconfirmed) }
    switch gate.missing.first {
    case .overlap(let until): return (.wait(until: until), .overlapRunning(until: until))
    case .newCertificateEnded(let end): return (.startAnew, .newCertificateEnded(end))
    case .oldKeyID: return (list(record), .keyIDUnknown(.old))
    case .newKeyID: return (list(record), .keyIDUnknown(.new))
    default: break
    }
    // The gate is open, or its permit is not for this.
    guard let permit = gate.permit, permit.kind == .remove else { return (list(record), .removalUnconfirmed) }
    return (.pack(.remove), closed(record) ?? (record.waiver == nil ? .overlapPassed : .overlapWaived))
  }

  private static func undo(_ record: RolloverRecord, _ gate: RolloverGate, _ time: NumericDate) -> Choice {
    if record.isBackUnsaid { return (.nothing, .backUnsaid) }
    if record.newRemoval != nil, !record.isNewListedAgain {
      // The new key is gone, as far as is known: a list takes a token of the old one.
      let isProving = record.certificates[.old].map { $0.notAfter >= time } ?? true
      return (record.isListingRefused || !isProving ? .recordList : .pack(.list), .removalUnconfirmed)
    }
    if gate.permit?.kind == .undo { return (.pack(.undo), .abandoning) }
    return (.recordList, .keyIDUnknown(record.oldKeyID == nil ? .old : .new))
  }

  /// A list settles most conflicts: by a package if its own token can be had, else by a person.
  private static func settlement(of conflict: RolloverConflict, _ record: RolloverRecord) -> RolloverStep {
    switch conflict {
    case .certificateUnknown: .recordCertificate
    case .certificateChanged, .newKeyRemoved: .startAnew
    case .switchedTooEarly:
      record.stage == .accepted ? .switchWorkload : record.stage < .added ? .pack(.add) : .pack(.attempt)
    default: list(record)
    }
  }

  private static func list(_ record: RolloverRecord) -> RolloverStep {
    record.stage >= .added && !record.isListingRefused ? .pack(.attempt) : .recordList
  }
}
