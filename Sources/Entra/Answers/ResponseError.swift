import JOSE
public import Signing

/// A file that holds no answer of a service that can be read.
public struct ResponseError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids; JSON that cannot be read keeps the id of the reader.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case malformed = "malformed-response"
    case unrecognised = "unrecognised-response"
  }

  public let id: String
  public let message: String
  public let hint: String?

  init(_ code: Code, _ message: String, hint: String? = nil) {
    id = code.rawValue
    self.message = message
    self.hint = hint
  }

  init(_ error: JSONError) {
    id = error.id
    message = "the body is not the JSON that the services answer: \(error.problem), at byte \(error.offset)"
    hint =
      error.code == .invalidEncoding
      ? "save it as UTF-8 without a byte order mark"
      : "save what the service sent, as curl -i does, or the JSON of the body alone"
  }
}
