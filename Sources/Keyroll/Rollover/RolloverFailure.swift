public import Encodings
public import Entra
import Messages
public import Tokens

/// What is said of a request that was not done, in words of its own for each failure that is known.
public struct RolloverFailure: Sendable {
  /// What it means.
  public let meaning: String
  /// What to do.
  public let advice: String

  /// - Parameters:
  ///   - action: what the request asked for.
  ///   - role: the key that signed it.
  ///   - answer: the id of a known answer, or the code of the error.
  ///   - status: the HTTP status, if it is known.
  ///   - plan: the plan of the rollover.
  ///   - age: how long ago the new key was added, if it was.
  ///   - ended: the entries of the newest list that have ended; nil if there is no list.
  public init(
    _ action: PackageAction, by role: RolloverKeyRole = .new, answer: ExactText, status: Int? = nil,
    of plan: RolloverPlan, added age: TimeSpan? = nil, ended: [KeyCredential]? = nil
  ) {
    let (object, client) = (plan.object.objectID, plan.object.clientID)
    let ids = "the object id of the plan is \(object), and its application (client) id is \(client)"
    // What the service did not judge says nothing of a key.
    if let unjudged = Self.unjudged(answer, status) {
      (meaning, advice) = unjudged
      return
    }
    switch (action, answer.text) {
    case (.attempt, _) where (age ?? .zero) < RolloverReason.longestLag && answer == "key-not-found":
      meaning = "the new key was added \(age ?? .zero) ago, and the token endpoint does not know it yet"
      advice = "wait, then try again: this has taken up to 10 minutes"
    case (.attempt, _), (.token, "key-not-found"), (.token, "outside-window"):
      meaning = "the token endpoint refuses the \(role.rawValue) key"
      advice = "keyroll explain shows which check fails: the window, the certificate or the client id"
    case (.addKey, "proof-refused"), (.removeKey, "proof-refused"):
      meaning = "the proof was refused; the service blames the access token, which was accepted before"
      advice =
        "check first that the object id is not an application id: \(ids); "
        + "then the window of the proof, and whether the certificate is registered"
    case (_, "certificate-outlives-policy"):
      meaning = "the certificate is valid for longer than the policy of the tenant allows"
      advice =
        "make a certificate for the same key that is valid for at most \(plan.maximumLifetime?.description ?? "as long as the policy says"), and record it"
    case (_, "property-locked"):
      meaning = "the application locks the keys of this service principal"
      advice =
        "roll the key of the application instead: begin another rollover, of the application with the client id \(client)"
    case (_, "object-full"):
      meaning = "the object holds as many entries as it can"
      advice = Self.removing(ended)
    case (.removeKey, "nothing-to-remove"):
      meaning = "no entry has that key id, or the replica that answered lags"
      advice = "list again: the rollover is done only once a list does not show the old key"
    case (.token, _) where role == .old:
      meaning = "the token endpoint refuses the old key, which may have ended"
      let kind = plan.object.kind == .application ? "app" : "sp"
      advice =
        "add the new certificate in the portal, or with "
        + "az ad \(kind) credential reset --id \(client) --append --cert @new.pem, which keeps the other entries; then record a list"
    default: (meaning, advice) = Self.other(action, answer, status, ids)
    }
  }

  private static func unjudged(_ answer: ExactText, _ status: Int?) -> (String, String)? {
    switch (answer.text, status) {
    case ("throttled", _), (_, 429): ("the service has too many requests", "send the next package later")
    case ("web-page", _):
      (
        "something between there and the service answered with a web page",
        "let the machine reach the service, by a proxy if it has to; then send it again"
      )
    case (_, let status?) where status >= 500: ("the service did not work", "send the next package later")
    default: nil
    }
  }

  private static func removing(_ ended: [KeyCredential]?) -> String {
    guard let ended else { return "remove entries that have ended; a saved list shows which have" }
    if ended.isEmpty { return "no entry of the newest list has ended: remove one that nobody uses" }
    let shown = ended.prefix(8).map { "\(naming: $0.keyID) (\($0.validity.end))" }.joined(separator: ", ")
    return "remove entries that have ended: \(shown)" + (ended.count > 8 ? " and \(ended.count - 8) more" : "")
  }

  private static func other(
    _ action: PackageAction, _ answer: ExactText, _ status: Int?, _ ids: String
  ) -> (String, String) {
    if answer.text.utf8.starts(with: "KeyCredentialsTrustedCertificateAuthority".utf8) {
      return (
        "the policy of the tenant wants a certificate from a CA that it trusts",
        "have that CA issue one from a certificate request of the new key, and record it"
      )
    }
    switch (action, status) {
    case (.list, 403):
      return (
        "this application may not list what is registered on it; adding and removing do not need that",
        "go on: a list that is saved in the portal or with az gives the key ids"
      )
    case (_, 404):
      return ("there is no such object", "compare the ids: \(ids); a service principal has an object id of its own")
    case (_, 403):
      return (
        "the request was not allowed",
        "compare the ids: \(ids); a service principal needs Application.ReadWrite.OwnedBy"
      )
    default: return ("\(action.rawValue) was not done", "keyroll explain says what its answer means")
    }
  }
}

/// How the next package comes in time, by how long the last one was on its way.
public struct TripAdvice: Sendable, Hashable {
  /// From when the package was written until it came back, or until now if it has not.
  public let trip: TimeSpan
  /// How far ahead the first window should open, and how many there should be.
  public let notBefore: TimeSpan
  /// How many windows the next package should have.
  public let windowCount: Int

  /// From when a package was written and when it came back: it was probably sent half way between.
  public init(written: NumericDate, back: NumericDate) {
    let trip = max(0, (back - written).seconds)
    let hour: Int64 = 3600
    self.trip = TimeSpan(seconds: trip)
    // Whole hours, so that people can remember them; the windows cover half an hour on either side.
    notBefore = TimeSpan(seconds: trip / 2 / hour * hour)
    windowCount = Int(min(Int64(SendWindow.most), max(6, trip / 2 / SendWindow.length.seconds)))
  }

  /// The advice after a package that came too late; nil if none did.
  ///
  /// The trip is that of the newest package that came back, or that of the late one as far as it has taken until now.
  init?(_ journal: RolloverJournal, _ state: RolloverState, at time: NumericDate) {
    let late: ExactText
    switch state.reason {
    case .windowClosed(let package): late = package
    default:
      // A token that had ended when it was sent.
      guard let event = journal.events.last(where: { $0.evidence != nil }), let package = event.package else {
        return nil
      }
      switch event.kind {
      case .refused(_, "outside-window"): late = package
      default: return nil
      }
    }
    var written: [ExactText: NumericDate] = [:]
    var lateKind: PackageKind?
    var last: (written: NumericDate, back: NumericDate)?
    for event in journal.events {
      guard let package = event.package else { continue }
      switch event.kind {
      case .packed(let packed):
        written[package] = event.time
        if package == late { lateKind = packed.kind }
      case .returned: if let start = written[package] { last = (start, event.time) }
      default: break
      }
    }
    // A package that nobody needs any more is not late.
    guard let lateKind, state.next == .pack(lateKind), let trip = last ?? written[late].map({ ($0, time) }) else {
      return nil
    }
    self.init(written: trip.written, back: trip.back)
  }
}
