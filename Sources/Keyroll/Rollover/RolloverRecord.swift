import Encodings
import Tokens

/// What the events of a journal add up to.
struct RolloverRecord {
  /// An event by its place in the journal.
  struct Mark {
    let index: Int
    /// When it was written down.
    let time: NumericDate
    /// By the clock of the service, where it is known.
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
  private(set) var waiver: Mark?
  private(set) var oldRemoval: Mark?
  private(set) var newRemoval: Mark?
  /// The newest answer that there was nothing to remove.
  private(set) var nothingToRemove: Mark?
  private(set) var abandoning: (isBack: Bool, mark: Mark)?
  private(set) var outstanding: (name: ExactText, packed: RolloverEvent.Packed)?
  private(set) var oldKeyUsed: NumericDate?
  /// What no later evidence settles.
  private var lasting: [RolloverConflict] = []
  private var addedIDs: [ExactText] = []
  private var oldIDs: [ExactText] = []

  init(_ events: [RolloverEvent]) {
    for (index, event) in events.enumerated() {
      take(event, Mark(index: index, time: event.time, happened: event.happened))
      finish()
    }
  }

  var isListingRefused: Bool {
    guard let listingRefusal else { return false }
    return list.map { listingRefusal.isNewer(than: $0.mark) } ?? true
  }

  /// True where there was nothing to remove, and no newer list says what is there.
  var isRemovalUnclear: Bool {
    guard let nothingToRemove else { return false }
    return list.map { nothingToRemove.isNewer(than: $0.mark) } ?? true
  }

  /// True where a list shows the old entry so long after its removal that no replica explains it.
  var isOldListedForLong: Bool {
    guard let oldRemoval, let list, !list.listing.old.isEmpty else { return false }
    return list.mark.happened - oldRemoval.happened > RolloverReason.longestLag
  }

  /// That of the newest list, where it shows the certificate; else that of the answer to addKey.
  var newKeyID: ExactText? {
    let listed = list?.listing.new ?? []
    return addedIDs.first { id in listed.contains { $0.isSameGUID(as: id) } } ?? listed.first ?? addedIDs.first
  }

  /// The one entry of the old certificate; nil where there are several.
  var oldKeyID: ExactText? {
    if let list, !list.listing.old.isEmpty { return list.listing.old.count == 1 ? list.listing.old[0] : nil }
    return oldIDs.count == 1 ? oldIDs[0] : nil
  }

  private mutating func advance(to other: RolloverState.Stage) { stage = max(stage, other) }

  private mutating func note(_ conflict: RolloverConflict) {
    if !lasting.contains(conflict) { lasting.append(conflict) }
  }

  private mutating func take(_ event: RolloverEvent, _ mark: Mark) {
    switch event.kind {
    case .certificate(let role, let facts): take(facts, of: role)
    case .packed(let packed): outstanding = event.package.map { ($0, packed) }
    case .returned: if outstanding?.name == event.package { outstanding = nil }
    case .accepted:
      guard hasNewCertificate() else { return }
      advance(to: .accepted)
      if acceptance.map(mark.isNewer) ?? true { acceptance = mark }
    case .refused(.new, _): if refusal.map(mark.isNewer) ?? true { refusal = mark }
    case .refused(.old, _): break
    case .added(let keyID):
      guard hasNewCertificate() else { return }
      if stage == .abandoned { note(.addedAfterAbandoning) }
      if !addedIDs.contains(where: { $0.isSameGUID(as: keyID) }) { addedIDs.append(keyID) }
      addition = addition ?? mark
      advance(to: .added)
    case .listed(let listing): take(listing, mark)
    case .listingRefused: if listingRefusal.map(mark.isNewer) ?? true { listingRefusal = mark }
    case .removed(let keyID): takeRemoval(of: keyID, mark)
    case .failed(.removeKey, "nothing-to-remove"): nothingToRemove = mark
    case .failed: break
    case .switched:
      // Later by the journal, and not earlier by the clock that wrote both.
      guard stage >= .accepted, let acceptance, acceptance.time <= mark.time else { return note(.switchedTooEarly) }
      lasting.removeAll { $0 == .switchedTooEarly }
      if switched == nil { switched = mark }
      advance(to: .switched)
    case .waived: if switched != nil { waiver = mark }
    case .abandoning(let isBack): if stage < .done { abandoning = (isBack, mark) }
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
    for id in listing.old where !oldIDs.contains(where: { $0.isSameGUID(as: id) }) { oldIDs.append(id) }
    if list.map({ mark.isNewer(than: $0.mark) }) ?? true { list = (listing, mark) }
    guard !listing.new.isEmpty, hasNewCertificate() else { return }
    if stage == .abandoned, newRemoval == nil { note(.addedAfterAbandoning) }
    addition = addition ?? mark
    advance(to: .added)
  }

  private mutating func takeRemoval(of keyID: ExactText, _ mark: Mark) {
    if oldIDs.contains(where: { $0.isSameGUID(as: keyID) }) {
      oldRemoval = mark
      if stage < .switched { note(.removedTooEarly) }
    } else if addedIDs.contains(where: { $0.isSameGUID(as: keyID) })
      || list?.listing.new.contains(where: { $0.isSameGUID(as: keyID) }) ?? false
    {
      newRemoval = mark
    } else {
      note(.otherKeyRemoved(keyID))
    }
  }

  private mutating func hasNewCertificate() -> Bool {
    if certificates[.new] != nil { return true }
    note(.certificateUnknown)
    return false
  }

  /// Ends the rollover where all the evidence for that is there.
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
    if newRemoval != nil, abandoning == nil { conflicts.append(.newKeyRemoved) }
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
