public import Encodings

/// An error that a person can act on: a stable id, what is wrong, and the next step if there is one.
///
/// The id is kebab-case and never changes its meaning; the command prints it in brackets and programs may match on it.
/// A message never contains a secret.
public protocol DiagnosticError: Error, Sendable, CustomStringConvertible {
  /// The stable kebab-case name of the error, for example `wrong-password`.
  var id: String { get }
  /// What is wrong, the subject first, in lower case and without a full stop.
  var message: String { get }
  /// The next step, or nil if none is known.
  var hint: String? { get }
}

extension DiagnosticError {
  public var description: String { "\(message) [\(id)]" }
}

/// The reasons for which one part of the project fails, by their stable ids.
///
/// A raw value is a kebab-case id: it never changes its meaning, programs match on it, and each has its row in the table
/// of ids, `docs/errors.md`.
public protocol FailureCode: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

/// An error of one part of the project: a stable id, what is wrong, and the next step.
///
/// Every part has its own codes, and throws its own `Failure` by a name: `KeyError` is a `Failure<KeyErrorCode>`.
public struct Failure<Reason: FailureCode>: DiagnosticError, Hashable {
  public typealias Code = Reason

  /// One of the raw values of `Code`, or the id of the error that this one passes on.
  public let id: String
  public let message: String
  public let hint: String?

  /// Nil for an error of another part that is passed on, when its id is not among these codes.
  public var code: Code? { Code(rawValue: id) }

  /// An error with its reason, what happened, and the next step if there is one.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.init(id: code.rawValue, message, hint: hint)
  }

  /// An error of another part, passed on with the id that it has there.
  public init(_ error: some DiagnosticError) {
    self.init(id: error.id, error.message, hint: error.hint)
  }

  /// The same from its parts; `id` is one that the other part documents.
  package init(id: String, _ message: String, hint: String? = nil) {
    self.id = id
    self.message = message
    self.hint = hint
  }
}

extension Failure {
  /// Returns the result of `body`. An error of another part that it throws is passed on as this one.
  package static func passing<Value: ~Copyable, Other: DiagnosticError>(
    _ body: () throws(Other) -> Value
  ) throws(Self) -> Value {
    do throws(Other) { return try body() } catch { throw Self(error) }
  }
}

extension Base64Error: DiagnosticError {
  public var hint: String? { nil }
}
