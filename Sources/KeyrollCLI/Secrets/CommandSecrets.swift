import Keyroll
import Synchronization

/// Answers with the secret of a source that was named, else asks on the terminal, once for each subject.
final class CommandSecrets: SecretProvider {
  private let given: [SecretRequest.Purpose: SharedSecret]
  private let answers = Mutex<[SecretRequest: SharedSecret]>([:])

  /// Reads every source now, whether its secret will be needed or not: a variable leaves the environment at once.
  ///
  /// Throws `secret-unavailable`.
  init(_ sources: [SecretRequest.Purpose: SecretSource]) throws(KeyError) {
    var given: [SecretRequest.Purpose: SharedSecret] = [:]
    for (purpose, source) in sources { given[purpose] = SharedSecret(try source.read()) }
    self.given = given
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    if let secret = given[request.purpose] { return secret.copy }
    return try answers.withLock { answers throws(KeyError) in
      if let answer = answers[request] { return answer.copy }
      guard let prompt = TerminalPrompt() else { return nil }
      let answer = SharedSecret(try prompt.secret(Self.question(for: request)))
      answers[request] = answer
      return answer.copy
    }
  }

  private static func question(for request: SecretRequest) -> String {
    switch request.purpose {
    case .password: "password for \(EscapedText(request.subject)): "
    }
  }
}
