import JSON
public import Messages
import Tokens
import Signing

/// A file that holds no answer of a service that can be read.
public typealias ResponseError = Failure<ResponseErrorCode>

/// The reasons of a `ResponseError`, by their stable ids.
@nonexhaustive
public enum ResponseErrorCode: String, FailureCode {
  case malformed = "malformed-response"
  case unrecognised = "unrecognised-response"
}

extension ResponseError {
  /// A body that is not JSON keeps the id of the reader.
  init(_ error: JSONError) {
    self.init(
      id: error.id,
      "the body is not the JSON that the services answer: \(error.problem), at byte \(error.offset)",
      hint: error.code == .invalidEncoding
        ? "save it as UTF-8 without a byte order mark"
        : "save what the service sent, as curl -i does, or the JSON of the body alone")
  }
}
