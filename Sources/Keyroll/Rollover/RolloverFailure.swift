public import Encodings
public import Tokens

/// What is said of a request that was not done, in words of its own for each failure that is known.
public struct RolloverFailure: Sendable {
  /// What it means.
  public let meaning: String
  /// What to do.
  public let advice: String

  /// - Parameters:
  ///   - answer: the id of a known answer, or the code of the error.
  ///   - age: how long ago the new key was added, where it was.
  public init(
    _ action: PackageAction, by role: RolloverKeyRole = .new, answer: ExactText, status: Int? = nil,
    of plan: RolloverPlan, added age: TimeSpan? = nil
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
      advice = "wait: up to 10 minutes were seen; then send it again"
    case (.attempt, _), (.token, "key-not-found"), (.token, "outside-window"):
      meaning = "the token endpoint refuses the \(role.rawValue) key"
      advice = "keyroll explain says which check fails: the window, the certificate, the client id"
    case (.addKey, "proof-refused"), (.removeKey, "proof-refused"):
      meaning = "the proof was refused; the message blames the access token, which was good"
      advice =
        "look first whether an application id stands for the object id: \(ids); "
        + "then at the window of the proof, and at whether the certificate is registered"
    case (_, "certificate-outlives-policy"):
      meaning = "the certificate lives longer than the policy of the tenant allows"
      advice = "make a certificate with a shorter life over the same key, and record it"
    case (_, "property-locked"):
      meaning = "the keys of this service principal are locked by its application"
      advice = "change the key of the application instead: another rollover, of the application \(client)"
    case (_, "object-full"):
      meaning = "the object holds as many entries as it can"
      advice = "remove entries that have ended: a saved list shows which have"
    case (.removeKey, "nothing-to-remove"):
      meaning = "no entry has that key id, or the replica that answered lags behind"
      advice = "list again before the rollover is done"
    case (.token, _) where role == .old:
      meaning = "the token endpoint refuses the old key, which may have ended"
      advice =
        "add the new certificate in the portal, or with "
        + "az ad app credential reset --id \(client) --append --cert @new.pem, which keeps the other entries; then record a list"
    default: (meaning, advice) = Self.other(action, answer, status, ids)
    }
  }

  private static func unjudged(_ answer: ExactText, _ status: Int?) -> (String, String)? {
    switch (answer.text, status) {
    case ("throttled", _), (_, 429): ("the service has too much to do", "send the next package later")
    case ("web-page", _):
      (
        "something between there and the service answered with a web page",
        "let the machine reach the service, by a proxy if it has to; then send it again"
      )
    case (_, let status?) where status >= 500: ("the service did not work", "send the next package later")
    default: nil
    }
  }

  private static func other(
    _ action: PackageAction, _ answer: ExactText, _ status: Int?, _ ids: String
  ) -> (String, String) {
    if answer.text.utf8.starts(with: "KeyCredentialsTrustedCertificateAuthority".utf8) {
      return (
        "the policy of the tenant wants a certificate that a CA of its choice issued",
        "have one issued for the new key: a certificate request, and then the certificate itself"
      )
    }
    switch (action, status) {
    case (.list, 403):
      return (
        "this application may not list what is registered on it, which adding and removing do not need",
        "go on; a list that is saved in the portal or with az at any time gives the key ids"
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

/// Says when a package comes in time the next time.
public struct TripAdvice: Sendable, Hashable {
  /// How far ahead the first window should open, and how many there should be.
  public let notBefore: TimeSpan
  /// How many windows the next package should have.
  public let windowCount: Int

  /// From when a package was written and when it came back: it was probably sent half way between.
  public init(written: NumericDate, back: NumericDate) {
    let trip = max(0, (back - written).seconds)
    let hour: Int64 = 3600
    // Whole hours, so that people can remember them; the windows cover half an hour on either side.
    notBefore = TimeSpan(seconds: trip / 2 / hour * hour)
    windowCount = Int(min(Int64(SendWindow.most), max(6, trip / 2 / SendWindow.length.seconds)))
  }
}
