import Keyroll
import Synchronization

/// Answers with the secret of a source that was named, else asks on the terminal, once for each subject.
final class CommandSecrets: SecretProvider {
  private let password, pin: SharedSecret?
  private let answers = Mutex<[SecretRequest: SharedSecret]>([:])

  /// Reads every source now, whether its secret will be needed or not: a variable leaves the environment at once.
  ///
  /// Throws `secret-unavailable`.
  init(password: SecretSource?, pin: SecretSource? = nil) throws(KeyError) {
    self.password = try password.map { source throws(KeyError) in SharedSecret(try source.read(.password)) }
    self.pin = try pin.map { source throws(KeyError) in SharedSecret(try source.read(.pin)) }
    for warning in [password?.warning(.password), pin?.warning(.pin)] { warning.map(Diagnostics.warning) }
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    if let given = given(for: request.purpose) { return given.copy }
    return try answers.withLock { answers throws(KeyError) in
      if let answer = answers[request] { return answer.copy }
      guard let prompt = TerminalPrompt() else { return nil }
      let answer = SharedSecret(try prompt.secret(Self.question(for: request)))
      answers[request] = answer
      return answer.copy
    }
  }

  private func given(for purpose: SecretRequest.Purpose) -> SharedSecret? {
    switch purpose {
    case .password: password
    case .pin: pin
    }
  }

  private static func question(for request: SecretRequest) -> String {
    switch request.purpose {
    case .password: "password for \(naming: request.subject): "
    case .pin(let token, let serial):
      "PIN of token \(quoting: token) (serial number \(quoting: serial)) for \(naming: request.subject): "
    }
  }
}
