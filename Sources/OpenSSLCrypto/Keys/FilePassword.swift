import Messages
internal import Signing

/// The password of one file, asked for once and only when something needs it.
struct FilePassword: ~Copyable {
  /// Names the file in the request and in messages.
  let subject: String
  private let secrets: any SecretProvider
  private var known: [PasswordForm] = []

  init(of subject: String, from secrets: any SecretProvider) {
    self.subject = subject
    self.secrets = secrets
  }

  /// The forms the password may have been used in; throws `password-required` when there is none to be had.
  mutating func forms() throws(KeyError) -> [PasswordForm] {
    if known.isEmpty {
      guard let password = try secrets.secret(for: SecretRequest(purpose: .password, subject: subject)) else {
        throw KeyError(.passwordRequired, "\(naming: subject) needs a password, and none was given")
      }
      known = PasswordForm.forms(of: password)
    }
    return known
  }

  /// `wrong-password`: nothing that was decrypted made sense.
  var wrong: KeyError {
    KeyError(
      .wrongPassword, "the password for \(naming: subject) is wrong, or the file was altered",
      hint: "check the password and try again")
  }
}
