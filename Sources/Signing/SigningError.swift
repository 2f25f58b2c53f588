public import Messages

/// A signature that could not be made with an opened key.
public typealias SigningError = Failure<SigningErrorCode>

/// The reasons of a `SigningError`, by their stable ids.
@nonexhaustive
public enum SigningErrorCode: String, FailureCode {
  case signingFailed = "signing-failed"
  /// The device that holds the key did not do what it was asked to.
  case deviceFailed = "device-failed"
  /// A key that wants its PIN for each use, or a token that asked for a login only now, has not taken the PIN.
  case wrongPIN = "wrong-pin"
  case pinLocked = "pin-locked"
  /// The same, where no PIN could be given to it.
  case pinRequired = "pin-required"
  case finalPINTry = "final-pin-try"
  case secretUnavailable = "secret-unavailable"
  case loginUnproven = "login-unproven"
  /// The program that signs could not be started, or did not end as it should.
  case programFailed = "program-failed"
  /// The program that signs answered with an error of its own.
  case programRefused = "program-refused"
  /// The program that signs did not end in time, and was ended.
  case programTimeout = "program-timeout"
  /// What the program that signs answered is not an answer.
  case malformedAnswer = "malformed-answer"
  /// The signature that came back is not one of the key that was opened.
  case badSignature = "bad-signature"
}
