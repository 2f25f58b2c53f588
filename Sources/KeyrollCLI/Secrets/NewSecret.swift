import Keyroll

/// A password that is chosen for something new.
enum NewSecret {
  /// From the source that was named, or typed twice on the terminal; `subject` is what it is for.
  ///
  /// Throws `password-required` if there is no terminal to ask on and for an empty password,
  /// `passwords-differ`, and `secret-unavailable`.
  static func password(from source: SecretSource?, for subject: String) throws -> SecretBytes {
    if let source {
      let password = try source.read(.password)
      source.warning(.password).map(Diagnostics.warning)
      return password
    }
    guard let prompt = TerminalPrompt() else {
      throw KeyMakingError(
        .passwordRequired, "\(naming: subject) needs a new password, and there is no terminal to ask on",
        hint: "give it by --new-password-file, --new-password-fd or --new-password-env")
    }
    let password = try prompt.secret("new password for \(naming: subject): ")
    if password.isEmpty {
      throw KeyMakingError(
        .passwordRequired, "the new password is empty", hint: "choose one that is kept apart from the file")
    }
    let again = try prompt.secret("again: ")
    guard isSame(password, again) else {
      throw CommandError(
        .passwordsDiffer, "the two passwords are not the same; nothing was made", hint: "run it again")
    }
    return password
  }

  private static func isSame(_ one: borrowing SecretBytes, _ other: borrowing SecretBytes) -> Bool {
    one.withBytes { one in
      other.withBytes { other in one.count == other.count && one.indices.allSatisfy { one[$0] == other[$0] } }
    }
  }
}
