import Encodings
import Messages
import Tokens

extension RolloverReason {
  /// For people, without the name of any command.
  public var text: String {
    switch self {
    case .certificateMissing: "the certificate over the new key has not been issued yet"
    case .certificateReady: "the new certificate is ready to be added"
    case .oldCertificateEnded(let end): "the old certificate ended at \(end), and the old key proves nothing any more"
    case .packageOutstanding(let kind): "the package that is to \(kind.purpose) has not come back"
    case .windowClosed(let package): "the last window of \(package) has closed, and nothing came back"
    case .notTriedYet: "the new key was added, and has not been tried"
    case .lag(let age): "the new key was added \(age) ago and is refused, which is usual for up to 10 minutes"
    case .refused(let age): "the new key was added \(age) ago and is refused, which is more than a lag"
    case .accepted: "the new key works"
    case .overlapRunning(let until): "both keys stay until \(until)"
    case .overlapPassed: "the overlap has passed"
    case .overlapWaived: "the overlap was waived"
    case .keyIDUnknown(let role): "no list has shown the key id of the \(role.rawValue) certificate"
    case .removalUnconfirmed: "a list has to show that the key is gone"
    case .newCertificateEnded(let end): "the new certificate ended at \(end)"
    case .conflict(let conflict): conflict.text
    case .abandoning: "the rollover is given up, and the new key is still registered"
    case .backUnsaid: "nobody has said that the workload is back on the old key"
    case .done: "the old key is gone"
    case .abandoned: "the rollover was given up"
    }
  }
}

extension RolloverConflict {
  /// For people, without the name of any command.
  public var text: String {
    switch self {
    case .twiceAdded(let surplus): "the new certificate is registered more than once; not needed: \(Self.list(surplus))"
    case .oldKeyTwice(let ids): "the old certificate is registered more than once: \(Self.list(ids))"
    case .oldKeyForSigning(let ids): "the service signs with the old certificate, as for SAML: \(Self.list(ids))"
    case .newKeyNotListed: "the newest list lacks the new certificate: a replica may lag, or somebody removed it"
    case .oldKeyGone: "the old certificate is not registered any more, and the new key is not in use"
    case .oldKeyStillListed: "the old key was removed, and a later list still shows it"
    case .newKeyRefused: "the token endpoint refuses the new key, which it had accepted"
    case .otherKeyRemoved(let id): "another key was removed: \(naming: id)"
    case .newKeyRemoved: "the new key was removed again"
    case .removedTooEarly: "the old key was removed before the workload was switched"
    case .switchedTooEarly: "the workload was said to be switched before the new key was accepted"
    case .certificateUnknown: "there is evidence of the new key, and its certificate is missing"
    case .certificateChanged: "another certificate over the new key came in after one was added"
    case .addedAfterAbandoning: "the new certificate was added after the rollover had been given up"
    }
  }

  private static func list(_ ids: [ExactText]) -> String { ids.map { "\(naming: $0)" }.joined(separator: ", ") }
}

extension RolloverNote {
  /// For people, without the name of any command.
  public var text: String {
    switch self {
    case .overdue(let ends): "overdue: the old certificate ends at \(ends)"
    case .tornLine(let number): "line \(number) of the journal was torn and tells nothing"
    case .clock(let skew):
      "the clock here is at least \(TimeSpan(seconds: abs(skew.seconds))) \(skew > .zero ? "ahead of" : "behind") the service's"
    case .oldKeyUsed(let time): "the old key was still used at \(time), after the switch"
    case .removalUnlisted: "no list could be had: removeKey's answer alone says that the old key is gone"
    case .removedElsewhere: "the old key was removed, and not by a package of this rollover"
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
  /// Follows "is to".
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
