import ArgumentParser
import Keyroll
import Synchronization

/// Answers with the secret of a source that was named, or otherwise asks on the terminal, once for each file and
/// each token.
final class CommandSecrets: SecretProvider {
  private let password, pin: SharedSecret?
  private let answers = Mutex<[Subject: Answer]>([:])

  /// The most times that a password can be typed for one file.
  private static let mostTries = 3

  /// The last secret that was typed, unless it was wrong, and the number of wrong ones.
  private struct Answer {
    var secret: SharedSecret?
    var count = 0
  }

  /// The subject of one answer: all keys of one token have one PIN.
  private struct Subject: Hashable {
    let purpose: SecretRequest.Purpose
    let file: String?

    init(_ request: SecretRequest) {
      purpose = request.purpose
      file = request.purpose == .password ? request.subject : nil
    }
  }

  /// Reads every source now, whether or not its secret will be needed: a variable leaves the environment at once.
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
      var answer = answers[Subject(request)] ?? Answer()
      if let secret = answer.secret { return secret.copy }
      guard let prompt = TerminalPrompt() else { return nil }
      let secret = SharedSecret(try prompt.secret(Self.question(for: request)))
      answer.secret = secret
      answer.count += 1
      answers[Subject(request)] = answer
      return secret.copy
    }
  }

  func hasAnother(for request: SecretRequest) -> Bool {
    guard request.purpose == .password, given(for: .password) == nil else { return false }
    let isForgotten = answers.withLock { answers in
      guard let answer = answers[Subject(request)], answer.secret != nil, answer.count < Self.mostTries else {
        return false
      }
      answers[Subject(request)]?.secret = nil
      return true
    }
    if isForgotten { TerminalPrompt()?.say(ScreenText(["that does not open \(naming: request.subject); try again"])) }
    return isForgotten
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

/// A secret that answers several requests, each with a copy.
final class SharedSecret: Sendable {
  private let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

  var copy: SecretBytes { bytes.withBytes { SecretBytes(copying: $0) } }
}

// The three options for the source of a secret: `--NAME-file`, `--NAME-fd` and `--NAME-env`.
extension SecretSource {
  /// Nil if none is given.
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

  /// Throws for more than one of the three, and for one that cannot be a source.
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
