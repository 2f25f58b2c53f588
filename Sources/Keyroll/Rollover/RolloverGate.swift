public import Encodings
public import Tokens

/// What has to be there before a key is removed; only the gate makes a permit.
///
/// 1. The new key was accepted: there is no override. 2. The workload was switched, later than that. 3. The overlap has passed
/// since the later of the two, or a waiver is in the journal. 4. The ids of both entries are known, and the package lists first. 5. The new
/// certificate has not ended and is not the one that goes.
public struct RolloverGate: Sendable {
  /// What is still missing, in the order of the conditions.
  @nonexhaustive
  public enum Missing: Sendable, Hashable {
    /// The token endpoint has not accepted the new key yet.
    case acceptance
    /// Nobody has said yet that the workload uses the new key.
    case switching
    /// Both keys have to stay until then.
    case overlap(until: NumericDate)
    /// No evidence names the entry of the old certificate.
    case oldKeyID
    /// No evidence names the entry of the new certificate.
    case newKeyID
    /// The new certificate ended at this time.
    case newCertificateEnded(NumericDate)
    /// Evidence contradicts the state.
    case settling([RolloverConflict])
  }

  /// The conditions that are not met; empty if the old key may be removed.
  public let missing: [Missing]
  /// From when on the overlap has passed; nil before the switch.
  public let removableFrom: NumericDate?
  let permit: RemovalPermit?

  init(_ record: RolloverRecord, conflicts: [RolloverConflict], overlap: TimeSpan, at time: NumericDate) {
    var missing: [Missing] = []
    if record.acceptance == nil { missing.append(.acceptance) }
    if record.switched == nil { missing.append(.switching) }
    removableFrom = record.overlapStart.map { $0 + overlap }
    if let removableFrom, record.waiver == nil, time < removableFrom { missing.append(.overlap(until: removableFrom)) }
    if let end = record.certificates[.new]?.notAfter, end < time { missing.append(.newCertificateEnded(end)) }
    // A removal that shows in no list yet is made sure of by a list, whatever else is known.
    let blocking = conflicts.filter { $0 != .oldKeyStillListed }
    if !blocking.isEmpty { missing.append(.settling(blocking)) }
    let (old, new) = (record.oldKeyID, record.newKeyID)
    if old == nil { missing.append(.oldKeyID) }
    if new == nil { missing.append(.newKeyID) }
    self.missing = missing
    guard missing.isEmpty, record.stage == .switched, record.abandoning == nil, let old, let new,
      !old.isSameGUID(as: new)
    else {
      permit = Self.undo(record)
      return
    }
    permit = RemovalPermit(
      keyID: old, remainingKeyID: new, signer: .new, mayBeUnlisted: record.isListingRefused)
  }

  /// The way back: the new key goes, proved by the old one.
  private static func undo(_ record: RolloverRecord) -> RemovalPermit? {
    let isRegistered =
      (.added...RolloverState.Stage.switched).contains(record.stage) || record.isAddedAfterAbandoning
    guard record.abandoning != nil, isRegistered, !record.isBackUnsaid, !record.isOldKeyGone, let old = record.oldKeyID,
      let new = record.newKeyID, !old.isSameGUID(as: new)
    else { return nil }
    return RemovalPermit(keyID: new, remainingKeyID: old, signer: .old, mayBeUnlisted: record.isListingRefused)
  }
}

/// Leave to write one package that removes a key. Nobody but the gate can make it.
public struct RemovalPermit: Sendable, Hashable {
  /// The entry that goes, found by the thumbprint of its certificate.
  public let keyID: ExactText
  /// The one that stays, which the package must see before it removes anything.
  public let remainingKeyID: ExactText
  /// The key that proves the removal, which stays.
  public let signer: RolloverKeyRole
  /// True if listing was answered with 403 before: then the package goes on without a list.
  public let mayBeUnlisted: Bool

  /// What the package is for.
  public var kind: PackageKind { signer == .new ? .remove : .undo }

  fileprivate init(keyID: ExactText, remainingKeyID: ExactText, signer: RolloverKeyRole, mayBeUnlisted: Bool) {
    self.keyID = keyID
    self.remainingKeyID = remainingKeyID
    self.signer = signer
    self.mayBeUnlisted = mayBeUnlisted
  }
}
