import Keyroll
import Synchronization

/// Answers with the secret of a source that was named, else asks on the terminal, once for each file and each token.
final class CommandSecrets: SecretProvider {
  private let password, pin: SharedSecret?
  private let answers = Mutex<[Subject: SharedSecret]>([:])

  /// What one answer is for: many keys of one token have one PIN.
  private struct Subject: Hashable {
    let purpose: SecretRequest.Purpose
    let file: String?

    init(_ request: SecretRequest) {
      purpose = request.purpose
      file = request.purpose == .password ? request.subject : nil
    }
  }

  /// Reads every source now, whether its secret will be needed or not: a variable leaves the environment at once.
  ///
  /// Throws `secret-unavailable`.
  init(password: SecretSource?, pin: SecretSource? = nil) throws(SystemError) {
    self.password = try password.map { source throws(SystemError) in SharedSecret(try source.read(.password)) }
    self.pin = try pin.map { source throws(SystemError) in SharedSecret(try source.read(.pin)) }
    for warning in [password?.warning(.password), pin?.warning(.pin)] { warning.map(Diagnostics.warning) }
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    if let given = given(for: request.purpose) { return given.copy }
    return try answers.withLock { answers throws(KeyError) in
      if let answer = answers[Subject(request)] { return answer.copy }
      guard let prompt = TerminalPrompt() else { return nil }
      let answer = SharedSecret(try prompt.secret(Self.question(for: request)))
      answers[Subject(request)] = answer
      return answer.copy
    }
  }

  func isGiven(for purpose: SecretRequest.Purpose) -> Bool { given(for: purpose) != nil }

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
