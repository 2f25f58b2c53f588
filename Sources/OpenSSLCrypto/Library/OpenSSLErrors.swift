internal import COpenSSL
import Messages
internal import Signing

/// The entries that a failed call left in this thread's error queue, oldest first.
///
/// Clear the queue, call, check the return code, and drain only on failure: OpenSSL may leave entries after success.
struct OpenSSLErrors: Sendable, Hashable {
  let entries: [OpenSSLError]

  static func clear() { ERR_clear_error() }

  /// Takes all entries out of the queue.
  static func drain() -> OpenSSLErrors {
    var entries: [OpenSSLError] = []
    while true {
      let code = ERR_get_error()
      if code == 0 { return OpenSSLErrors(entries: entries) }
      let text = unsafe ERR_reason_error_string(code).flatMap { unsafe String(validatingCString: $0) }
      let reason = ERR_GET_REASON(code)
      entries.append(OpenSSLError(library: ERR_GET_LIB(code), reason: reason, text: text ?? "reason \(reason)"))
    }
  }

  func contains(_ library: Int32, _ reason: Int32) -> Bool {
    entries.contains { $0.library == library && $0.reason == reason }
  }

  /// The reasons in one line, for the end of a message.
  var summary: String { entries.isEmpty ? "no reason given" : entries.map(\.text).joined(separator: "; ") }
}

/// One entry of OpenSSL's error queue.
struct OpenSSLError: Sendable, Hashable {
  /// `ERR_LIB_…`: the part of OpenSSL that raised it.
  let library: Int32
  /// `…_R_…`: its number within the library.
  let reason: Int32
  /// OpenSSL's words for the reason.
  let text: String
}

extension KeyError {
  /// `cryptography-failed`, with the contents of the error queue: for calls that fail only if OpenSSL itself is in
  /// trouble.
  static func openSSL(_ action: String) -> KeyError {
    KeyError(.cryptographyFailed, "\(action) failed in OpenSSL: \(OpenSSLErrors.drain().summary)")
  }
}
