import Keyroll

/// Journals that lead to each stage, and what can happen next, for the tests of the state.
enum RolloverHistory {
  static let start = NumericDate(seconds: 1_795_975_200)
  static let (old, new, other): (ExactText, ExactText, ExactText) = (
    "9a0b1c2d-3e4f-4a5b-8c6d-000000000001", "9a0b1c2d-3e4f-4a5b-8c6d-000000000002",
    "9a0b1c2d-3e4f-4a5b-8c6d-000000000003"
  )
  static let overlap = TimeSpan(seconds: 7 * 86_400)

  static let plan = RolloverPlan(
    title: "payroll", created: start,
    object: .init(
      kind: .application, objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01",
      clientID: "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02", tenant: "contoso.onmicrosoft.com", cloud: .global),
    old: .init(reference: "old.pfx", certificate: "old.cer", publicKeySHA256: [UInt8](repeating: 1, count: 32)),
    new: .init(reference: "new.pfx", certificate: "new.cer", publicKeySHA256: [UInt8](repeating: 2, count: 32)),
    overlap: overlap, maximumLifetime: TimeSpan("365d"))

  /// Everything that can be noted, by a name for the table.
  static let kinds: [(name: String, kind: RolloverEvent.Kind)] = [
    ("planned", .planned),
    ("certificate", certificate(.new)),
    ("other certificate", .certificate(.new, .init(sha1: [UInt8](repeating: 9, count: 20), notAfter: end))),
    ("packed", .packed(.init(kind: .add, opens: start, closes: start + .minutes(10)))),
    ("returned", .returned),
    ("added", .added(keyID: new)),
    ("lists both", .listed(.init(new: [new], old: [old]))),
    ("lists old", .listed(.init(new: [], old: [old]))),
    ("lists new", .listed(.init(new: [new], old: []))),
    ("lists twice", .listed(.init(new: [new, other], old: [old]))),
    ("lists old twice", .listed(.init(new: [new], old: [old, other]))),
    ("lists for signing", .listed(.init(new: [new], old: [], oldForSigning: [old]))),
    ("listing refused", .listingRefused),
    ("accepted", .accepted),
    ("refused", .refused(.new, answer: "key-not-found")),
    ("old refused", .refused(.old, answer: "key-not-found")),
    ("failed", .failed(.addKey, answer: "proof-refused")),
    ("nothing to remove", .failed(.removeKey, answer: "nothing-to-remove")),
    ("removed old", .removed(keyID: old)),
    ("removed new", .removed(keyID: new)),
    ("removed other", .removed(keyID: other)),
    ("switched", .switched),
    ("waived", .waived(reason: "the old key leaked")),
    ("abandoning", .abandoning(isBack: false)),
    ("abandoning, back", .abandoning(isBack: true)),
    ("old key used", .oldKeyUsed(start)),
  ]

  private static let end = start + TimeSpan(seconds: 365 * 86_400)

  static func certificate(_ role: RolloverKeyRole) -> RolloverEvent.Kind {
    .certificate(role, .init(sha1: [UInt8](repeating: role == .old ? 1 : 2, count: 20), notAfter: end))
  }

  /// The shortest usual way to a stage.
  static func kinds(to stage: RolloverState.Stage) -> [RolloverEvent.Kind] {
    switch stage {
    case .waiting: [certificate(.old)]
    case .ready: kinds(to: .waiting) + [certificate(.new)]
    case .added: kinds(to: .ready) + [.added(keyID: new), .listed(.init(new: [new], old: [old]))]
    case .accepted: kinds(to: .added) + [.accepted]
    case .switched: kinds(to: .accepted) + [.switched]
    case .done: kinds(to: .switched) + [.removed(keyID: old), .listed(.init(new: [new], old: []))]
    case .abandoned: kinds(to: .ready) + [.abandoning(isBack: false)]
    @unknown default: []
    }
  }

  /// One event a minute.
  static func journal(_ kinds: [RolloverEvent.Kind]) -> RolloverJournal {
    RolloverJournal(
      kinds.enumerated().map { index, kind in
        RolloverEvent(kind, at: start + .minutes(Int64(index)), package: isOfPackage(kind) ? "send-1" : nil)
      })
  }

  private static func isOfPackage(_ kind: RolloverEvent.Kind) -> Bool {
    switch kind {
    case .packed, .returned: true
    default: false
    }
  }
}

extension RolloverConflict {
  /// The name of the case.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
}
