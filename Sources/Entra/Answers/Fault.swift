import Tokens

/// What can be wrong with a token, as far as a service tells faults apart: a check, a reason, or a reason in one check.
struct Fault: Sendable, Hashable {
  /// `id:reason`, the reason or the id.
  let name: String

  /// A check that fails for whatever reason.
  static func check(_ id: String) -> Fault { Fault(name: id) }
  /// A reason, whatever check gives it.
  static func reason(_ reason: Check.Reason) -> Fault { Fault(name: reason.rawValue) }
  static func check(_ id: String, _ reason: Check.Reason) -> Fault { Fault(name: "\(id):\(reason.rawValue)") }
}
