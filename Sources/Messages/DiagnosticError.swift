/// An error that a person can act on: a stable id, what is wrong, and the next step where there is one.
///
/// The id is kebab-case and never changes its meaning; the command prints it in brackets and programs may match on it.
/// No message ever holds a secret.
public protocol DiagnosticError: Error, Sendable, CustomStringConvertible {
  /// The stable kebab-case name of the error, for example `wrong-password`.
  var id: String { get }
  /// What is wrong, the subject first, in lower case and without a full stop.
  var message: String { get }
  /// The next step, or nil where none is known.
  var hint: String? { get }
}

extension DiagnosticError {
  public var description: String { "\(message) [\(id)]" }
}
