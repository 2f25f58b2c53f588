public import Messages

/// A rollover that cannot be read or continued.
public typealias RolloverError = Failure<RolloverErrorCode>

/// The reasons of a `RolloverError`, by their stable ids.
@nonexhaustive
public enum RolloverErrorCode: String, FailureCode {
  /// `plan.json` is not what keyroll writes, or was written by a later version.
  case malformedPlan = "malformed-plan"
  /// A line of `journal.jsonl` is not what keyroll writes.
  case malformedJournal = "malformed-journal"
  /// The CSV of many rollovers has a fault; the message names its line and column.
  case malformedTable = "malformed-table"
  /// Somebody else can change the folder, and with it which keys are used.
  case folderChangeable = "folder-changeable"
  /// Another process works on the folder.
  case folderBusy = "folder-busy"
  /// The old key cannot be removed yet; the message names the condition that is not met.
  case gateClosed = "gate-closed"
  /// A step was asked for that another has to come before.
  case stepTooEarly = "step-too-early"
  /// The rollover is done or abandoned.
  case rolloverEnded = "rollover-ended"
  /// A person has to say that the workload is back on the old key.
  case acknowledgementMissing = "acknowledgement-missing"
  /// What came back is not an answer, a list or a certificate of this rollover.
  case evidenceUnknown = "evidence-unknown"
  /// A file of a returned package is not the one that was sent from here.
  case packageDiffers = "package-differs"
}
