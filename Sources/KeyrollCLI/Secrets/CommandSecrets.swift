import ArgumentParser
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

/// Passes requests on, and remembers the secret that was answered with last.
final class RememberedSecret: SecretProvider {
  private let provider: any SecretProvider
  private let last = Mutex<SharedSecret?>(nil)

  init(_ provider: any SecretProvider) { self.provider = provider }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    guard let secret = try provider.secret(for: request) else { return nil }
    let shared = SharedSecret(secret)
    last.withLock { $0 = shared }
    return shared.copy
  }

  func isGiven(for purpose: SecretRequest.Purpose) -> Bool { provider.isGiven(for: purpose) }

  /// True when there was a request, and a secret for it.
  var hasAnswered: Bool { last.withLock { $0 != nil } }

  /// Nil if nothing was asked for.
  var secret: SecretBytes? { last.withLock { $0 }?.copy }
}

/// Answers every request with the one secret that is known.
struct SingleSecret: SecretProvider {
  private let secret: SharedSecret

  init(copying secret: borrowing SecretBytes) {
    self.secret = SharedSecret(secret.withBytes { SecretBytes(copying: $0) })
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { secret.copy }
}

/// A secret that several requests are answered with, each by a copy.
final class SharedSecret: Sendable {
  private let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

  var copy: SecretBytes { bytes.withBytes { SecretBytes(copying: $0) } }
}

// The three options under which a secret's source is named: `--NAME-file`, `--NAME-fd` and `--NAME-env`.
extension SecretSource {
  /// Nil when none is given.
  init?(_ file: String?, _ descriptor: Int32?, _ variable: String?) {
    if let file {
      self = .path(file)
    } else if let descriptor {
      self = .descriptor(descriptor)
    } else if let variable {
      self = .environment(variable)
    } else {
      return nil
    }
  }

  /// Throws for more than one of the three, and for one that can be no source.
  static func requireOne(_ name: String, _ file: String?, _ descriptor: Int32?, _ variable: String?) throws {
    if [file != nil, descriptor != nil, variable != nil].count(where: { $0 }) > 1 {
      throw ValidationError("only one of --\(name)-file, --\(name)-fd and --\(name)-env can be given")
    }
    if let descriptor, descriptor < 0 { throw ValidationError("--\(name)-fd takes a number from 0") }
    if let variable, variable.isEmpty || variable.utf8.contains(UInt8(ascii: "=")) {
      throw ValidationError("--\(name)-env takes the name of a variable, not its value")
    }
  }
}
