import Encodings
import Tokens

/// What the events of a journal add up to.
struct RolloverRecord {
  /// An event by its place in the journal.
  struct Mark {
    let index: Int
    /// When it was written down.
    let time: NumericDate
    /// By the clock of the service, if it is known.
    let happened: NumericDate

    /// Newer by the service's clock; of the same second, what was written down later.
    func isNewer(than other: Mark) -> Bool {
      happened == other.happened ? index > other.index : happened > other.happened
    }
  }

  private(set) var stage = RolloverState.Stage.waiting
  private(set) var certificates: [RolloverKeyRole: RolloverEvent.CertificateFacts] = [:]
  private(set) var list: (listing: RolloverEvent.Listing, mark: Mark)?
  private(set) var listingRefusal: Mark?
  private(set) var addition: Mark?
  /// The newest token by the new key, and the newest refusal of one.
  private(set) var acceptance: Mark?
  private(set) var refusal: Mark?
  private(set) var switched: Mark?
  /// From when on the overlap runs: the switch, or the acceptance before it by the service's clock, whichever is later.
  private(set) var overlapStart: NumericDate?
  private(set) var waiver: Mark?
  private(set) var oldRemoval: Mark?
  private(set) var newRemoval: Mark?
  /// The newest answer that there was nothing to remove.
  private(set) var nothingToRemove: Mark?
  private(set) var abandoning: (isBack: Bool, mark: Mark)?
  private(set) var outstanding: (name: ExactText, packed: RolloverEvent.Packed)?
  private(set) var oldKeyUsed: NumericDate?
  /// Those whose addKey or removeKey was not answered yet.
  private var unanswered: [(name: ExactText, packed: RolloverEvent.Packed)] = []
  /// What no later evidence settles.
  private var lasting: [RolloverConflict] = []
  private var addedIDs: [ExactText] = []
  private var latestAddition: Mark?
  private var oldIDs: [ExactText] = []
  private var newIDs: [ExactText] = []
  private var removedIDs: [ExactText] = []
  private var otherRemovals: [(keyID: ExactText, mark: Mark)] = []

  init(_ events: [RolloverEvent]) {
    for (index, event) in events.enumerated() {
      take(event, Mark(index: index, time: event.time, happened: event.happened))
      finish()
    }
  }

  /// True if a package has not been answered, as far as is known.
  func isUnanswered(_ name: ExactText) -> Bool { unanswered.contains { $0.name == name } }

  /// The packages that can still add or remove a key: some of their windows has not closed, and no answer says that they did it
  /// or were refused. Another answer that came back tells nothing: what was carried away can be sent again.
  func sendable(at time: NumericDate) -> [(name: ExactText, packed: RolloverEvent.Packed)] {
    unanswered.filter { time < $0.packed.closes }
  }

  var isListingRefused: Bool {
    guard let listingRefusal else { return false }
    return list.map { listingRefusal.isNewer(than: $0.mark) } ?? true
  }

  /// True if there was nothing to remove, and no newer list says what is there.
  var isRemovalUnclear: Bool {
    guard let nothingToRemove else { return false }
    return list.map { nothingToRemove.isNewer(than: $0.mark) } ?? true
  }

  /// True if a list shows the old entry so long after its removal that no replica explains it.
  var isOldListedForLong: Bool {
    guard let oldRemoval, let list, !list.listing.old.isEmpty else { return false }
    return list.mark.happened - oldRemoval.happened > RolloverReason.longestLag
  }

  /// True if a list shows an entry of the new certificate after its removal that no replica explains: another entry, or the
  /// same one after so long.
  var isNewListedAgain: Bool {
    guard let newRemoval, let list, list.mark.isNewer(than: newRemoval), !list.listing.new.isEmpty else { return false }
    let isAnother = list.listing.new.contains { id in !removedIDs.contains { $0.isSameGUID(as: id) } }
    return isAnother || list.mark.happened - newRemoval.happened > RolloverReason.longestLag
  }

  /// True if the rollover is given up after the switch, and nobody has said that the workload is back on the old key.
  var isBackUnsaid: Bool { stage == .switched && abandoning?.isBack == false }

  /// True if the old key was removed, or the newest list lacks it: then the new one is the last.
  var isOldKeyGone: Bool { oldRemoval != nil || list?.listing.old.isEmpty ?? false }

  /// True if the rollover was given up, and the new certificate is registered after all.
  var isAddedAfterAbandoning: Bool {
    guard stage == .abandoned, let abandoning else { return false }
    if let list, !list.listing.new.isEmpty {
      guard let newRemoval else { return true }
      return list.mark.isNewer(than: newRemoval) || !isGone(newRemoval, list.listing.new)
    }
    guard let latestAddition, latestAddition.index > abandoning.mark.index else { return false }
    if let newRemoval, newRemoval.isNewer(than: latestAddition) { return !isGone(newRemoval, list?.listing.new) }
    return list.map { $0.mark.happened - latestAddition.happened <= RolloverReason.longestLag } ?? true
  }

  /// That of the newest list, if it shows the certificate; else that of the answer to addKey.
  var newKeyID: ExactText? {
    let all = list?.listing.new ?? []
    let remaining = all.filter { id in !removedIDs.contains { $0.isSameGUID(as: id) } }
    let listed = remaining.isEmpty ? all : remaining
    return addedIDs.first { id in listed.contains { $0.isSameGUID(as: id) } } ?? listed.first ?? addedIDs.first
  }

  /// The one entry of the old certificate; nil if there are several.
  var oldKeyID: ExactText? {
    if let list, !list.listing.old.isEmpty { return list.listing.old.count == 1 ? list.listing.old[0] : nil }
    return oldIDs.count == 1 ? oldIDs[0] : nil
  }

  private mutating func advance(to other: RolloverState.Stage) { stage = max(stage, other) }

  private mutating func note(_ conflict: RolloverConflict) {
    if !lasting.contains(conflict) { lasting.append(conflict) }
  }

  private mutating func take(_ event: RolloverEvent, _ mark: Mark) {
    if event.kind.answersChange { unanswered.removeAll { $0.name == event.package } }
    switch event.kind {
    case .planned: break
    case .certificate(let role, let facts): take(facts, of: role)
    case .packed(let packed):
      outstanding = event.package.map { ($0, packed) }
      if let outstanding, packed.kind.changesKeys { unanswered.append(outstanding) }
    case .returned: if outstanding?.name == event.package { outstanding = nil }
    case .accepted:
      guard hasNewCertificate() else { return }
      advance(to: .accepted)
      if acceptance.map(mark.isNewer) ?? true { acceptance = mark }
    case .refused(.new, _): if refusal.map(mark.isNewer) ?? true { refusal = mark }
    case .refused(.old, _): break
    case .added(let keyID):
      guard hasNewCertificate() else { return }
      Self.insert(keyID, &addedIDs)
      Self.insert(keyID, &newIDs)
      addition = addition ?? mark
      if latestAddition.map(mark.isNewer) ?? true { latestAddition = mark }
      advance(to: .added)
    case .listed(let listing): take(listing, mark)
    case .listingRefused: if listingRefusal.map(mark.isNewer) ?? true { listingRefusal = mark }
    case .removed(let keyID): takeRemoval(of: keyID, mark)
    case .failed(.removeKey, "nothing-to-remove"): nothingToRemove = mark
    case .failed: break
    case .switched:
      // Later by the journal, and by the clocks, as far as they agree.
      guard stage >= .accepted, let acceptance, !acceptance.happened.isAhead(of: mark.time) else {
        return note(.switchedTooEarly)
      }
      lasting.removeAll { $0 == .switchedTooEarly }
      if switched == nil { (switched, overlapStart) = (mark, max(mark.time, acceptance.happened)) }
      advance(to: .switched)
    case .waived: if switched != nil { waiver = mark }
    case .abandoning(let isBack):
      if stage < .done { abandoning = (isBack || abandoning?.isBack ?? false, abandoning?.mark ?? mark) }
    case .oldKeyUsed(let time): oldKeyUsed = max(oldKeyUsed ?? time, time)
    }
  }

  private mutating func take(_ facts: RolloverEvent.CertificateFacts, of role: RolloverKeyRole) {
    if role == .new {
      if stage > .ready, certificates[.new] != facts { return note(.certificateChanged) }
      lasting.removeAll { $0 == .certificateUnknown }
      advance(to: .ready)
    }
    certificates[role] = facts
  }

  private mutating func take(_ listing: RolloverEvent.Listing, _ mark: Mark) {
    for id in listing.old { Self.insert(id, &oldIDs) }
    for id in listing.new { Self.insert(id, &newIDs) }
    if list.map({ mark.isNewer(than: $0.mark) }) ?? true { list = (listing, mark) }
    guard !listing.new.isEmpty, hasNewCertificate() else { return }
    addition = addition ?? mark
    advance(to: .added)
  }

  private mutating func takeRemoval(of keyID: ExactText, _ mark: Mark) {
    if oldIDs.contains(where: { $0.isSameGUID(as: keyID) }) {
      oldRemoval = mark
      if stage < .switched { note(.removedTooEarly) }
    } else if newIDs.contains(where: { $0.isSameGUID(as: keyID) }) {
      newRemoval = mark
      Self.insert(keyID, &removedIDs)
    } else {
      otherRemovals.append((keyID, mark))
    }
  }

  private static func insert(_ id: ExactText, _ ids: inout [ExactText]) {
    if !ids.contains(where: { $0.isSameGUID(as: id) }) { ids.append(id) }
  }

  private mutating func hasNewCertificate() -> Bool {
    if certificates[.new] != nil { return true }
    note(.certificateUnknown)
    return false
  }

  /// Ends the rollover if all the evidence for that is there.
  private mutating func finish() {
    if let abandoning, stage < .done {
      let wasAdded = stage >= .added
      if stage >= .switched, !abandoning.isBack { return }
      if !wasAdded || isGone(newRemoval, list?.listing.new) { stage = .abandoned }
      return
    }
    guard stage == .switched, let switched else { return }
    if isGone(oldRemoval, list?.listing.old) {
      stage = .done
    } else if let list, list.mark.index > switched.index, list.listing.old.isEmpty,
      list.listing.oldForSigning.isEmpty, !list.listing.new.isEmpty
    {
      stage = .done
    }
  }

  /// True once a removal was answered, and a later list lacks the entry or cannot be had.
  private func isGone(_ removal: Mark?, _ listed: [ExactText]?) -> Bool {
    guard let removal else { return false }
    if let list, list.mark.isNewer(than: removal) { return listed?.isEmpty ?? true }
    return listingRefusal.map { $0.isNewer(than: removal) } ?? false
  }
}

extension RolloverRecord {
  /// What contradicts the stage, as far as nothing newer has settled it.
  var conflicts: [RolloverConflict] {
    var conflicts = lasting
    if let list {
      conflicts += Self.conflicts(in: list.listing, keeping: newKeyID)
      let isProvedSince = [addition, acceptance].contains { $0?.isNewer(than: list.mark) ?? false }
      if (.added..<RolloverState.Stage.abandoned).contains(stage), abandoning == nil, list.listing.new.isEmpty,
        !isProvedSince
      {
        conflicts.append(.newKeyNotListed)
      }
      let isAcceptedSince = acceptance?.isNewer(than: list.mark) ?? false
      if list.listing.old.isEmpty, list.listing.oldForSigning.isEmpty, stage < .switched, !isAcceptedSince {
        conflicts.append(.oldKeyGone)
      }
      if let oldRemoval, list.mark.isNewer(than: oldRemoval), !list.listing.old.isEmpty {
        conflicts.append(.oldKeyStillListed)
      }
    } else if addedIDs.count > 1 {
      conflicts.append(.twiceAdded(surplus: Array(addedIDs.dropFirst())))
    }
    for other in otherRemovals where list.map({ other.mark.isNewer(than: $0.mark) }) ?? true {
      if !conflicts.contains(.otherKeyRemoved(other.keyID)) { conflicts.append(.otherKeyRemoved(other.keyID)) }
    }
    // One of two entries may be gone, and the other there.
    let isListedSince = newRemoval.map { removal in
      list.map { $0.mark.isNewer(than: removal) && !$0.listing.new.isEmpty } ?? false
    }
    if isListedSince == false, abandoning == nil { conflicts.append(.newKeyRemoved) }
    if isAddedAfterAbandoning { conflicts.append(.addedAfterAbandoning) }
    if let refusal, let acceptance, refusal.isNewer(than: acceptance), stage < .done {
      conflicts.append(.newKeyRefused)
    }
    return conflicts
  }

  private static func conflicts(
    in listing: RolloverEvent.Listing, keeping newKeyID: ExactText?
  ) -> [RolloverConflict] {
    var conflicts: [RolloverConflict] = []
    if listing.new.count > 1 {
      conflicts.append(.twiceAdded(surplus: listing.new.filter { !$0.isSameGUID(as: newKeyID ?? "") }))
    }
    if listing.old.count > 1 { conflicts.append(.oldKeyTwice(listing.old)) }
    if !listing.oldForSigning.isEmpty { conflicts.append(.oldKeyForSigning(listing.oldForSigning)) }
    return conflicts
  }
}

extension ExactText {
  /// GUIDs are compared without regard to the case of their letters.
  func isSameGUID(as other: ExactText) -> Bool { ASCII.isEqualIgnoringCase(text, other.text) }
}
