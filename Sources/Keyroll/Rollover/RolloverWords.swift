import Encodings
import Messages
import Tokens

extension RolloverReason {
  /// For people, without the name of any command.
  public var text: String {
    switch self {
    case .certificateMissing: "the certificate for the new key has not been issued yet"
    case .certificateReady: "the new certificate is ready to be added"
    case .oldCertificateEnded(let end): "the old certificate ended at \(end), so the old key can prove nothing any more"
    case .packageOutstanding(let kind): "the package to \(kind.purpose) has not come back"
    case .windowClosed(let package): "the last window of \(package) has closed, and nothing came back"
    case .notTriedYet: "the new key was added, but has not been tried"
    case .lag(let age): "the new key was added \(age) ago and is still refused; that is usual for up to 10 minutes"
    case .refused(let age): "the new key was added \(age) ago and is still refused; that is longer than usual"
    case .accepted: "the new key works"
    case .overlapRunning(let until): "both keys stay registered until \(until)"
    case .overlapPassed: "the overlap has passed"
    case .overlapWaived: "the overlap was waived"
    case .keyIDUnknown(let role): "no list has shown the key id of the \(role.rawValue) certificate yet"
    case .removalUnconfirmed: "a list must show that the key is gone"
    case .newCertificateEnded(let end): "the new certificate ended at \(end)"
    case .conflict(let conflict): conflict.text
    case .abandoning: "the rollover was given up, but the new key is still registered"
    case .backUnsaid: "nobody has confirmed that the workload uses the old key again"
    case .done: "the old key is gone"
    case .abandoned: "the rollover was given up"
    }
  }
}

extension RolloverConflict {
  /// For people, without the name of any command.
  public var text: String {
    switch self {
    case .twiceAdded(let surplus):
      "the new certificate is registered more than once; surplus key ids: \(Self.list(surplus))"
    case .oldKeyTwice(let ids): "the old certificate is registered more than once; key ids: \(Self.list(ids))"
    case .oldKeyForSigning(let ids):
      "the old certificate is also registered with usage Sign, as for SAML; key ids: \(Self.list(ids))"
    case .newKeyNotListed:
      "the newest list does not show the new certificate: a replica may lag, or somebody removed it"
    case .oldKeyGone: "the old certificate is no longer registered, but the new key is not in use yet"
    case .oldKeyStillListed: "the old key was removed, but a later list still shows it"
    case .newKeyRefused: "the token endpoint refuses the new key, which it accepted before"
    case .otherKeyRemoved(let id): "another key was removed: \(naming: id)"
    case .newKeyRemoved: "the new key was removed again"
    case .removedTooEarly: "the old key was removed before the workload was switched"
    case .switchedTooEarly: "the workload was reported as switched before the new key was accepted"
    case .certificateUnknown: "there is evidence of the new key, but its certificate is missing"
    case .certificateChanged: "another certificate for the new key was recorded after one was added"
    case .addedAfterAbandoning: "the new certificate was added after the rollover was given up"
    }
  }

  private static func list(_ ids: [ExactText]) -> String { ids.map { "\(naming: $0)" }.joined(separator: ", ") }
}

extension RolloverNote {
  /// For people, without the name of any command.
  public var text: String {
    switch self {
    case .overdue(let ends): "overdue: the old certificate ends at \(ends)"
    case .tornLine(let number): "line \(number) of the journal is incomplete and was skipped"
    case .clock(let skew):
      "the clock here is at least \(TimeSpan(seconds: abs(skew.seconds))) \(skew > .zero ? "ahead of" : "behind") the service's"
    case .oldKeyUsed(let time): "the old key was still used at \(time), after the switch"
    case .removalUnlisted: "listing is not allowed: only the answer to removeKey shows that the old key is gone"
    case .removedElsewhere: "the old key was removed, but not by a package of this rollover"
    }
  }

  /// True for what should stop a person, not only be known.
  public var isWarning: Bool {
    switch self {
    case .clock(let skew): abs(skew.seconds) > Self.warnedSkew.seconds
    case .overdue, .oldKeyUsed: true
    case .tornLine, .removalUnlisted, .removedElsewhere: false
    }
  }
}

extension PackageKind {
  /// Follows "to".
  package var purpose: String {
    switch self {
    case .add: "add the new certificate"
    case .attempt: "try the new key"
    case .remove: "remove the old key"
    case .undo: "remove the new key again"
    case .list: "list what is registered"
    }
  }
}
