internal import CP11Kit
internal import Signing

/// A call that a module did not do: the function, what it returned, and which module it was.
struct DeviceError: Error, Sendable, Hashable {
  /// As the standard spells it: `C_Login`.
  let function: String
  let returnValue: ReturnValue
  let module: String

  /// `C_Login: CKR_PIN_INCORRECT, the PIN is wrong (module softhsm2)`
  var message: String { "\(function): \(returnValue), \(returnValue.sentence) (module \(naming: module))" }

  /// As the reason why a key cannot be opened.
  var keyError: KeyError {
    let code: KeyError.Code =
      switch returnValue.rawValue {
      case CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE: .wrongPIN
      case CKR_PIN_LOCKED: .pinLocked
      case CKR_USER_ALREADY_LOGGED_IN: .loginUnproven
      case CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED, CKR_DEVICE_REMOVED: .noSuchToken
      default: .deviceFailed
      }
    return KeyError(code, message, hint: returnValue.nextStep)
  }

  /// As the reason why a signature was not made.
  var signingError: SigningError { SigningError(.deviceFailed, message, hint: returnValue.nextStep) }

  /// True when the token has looked at a PIN and not taken it.
  var isRefusalOfPIN: Bool { keyError.code == .wrongPIN || keyError.code == .pinLocked }

  /// True when the session is not to be used again, and the next call has to begin with a new one: it is gone, with the
  /// token or the login perhaps, or an operation may still be active in it.
  var spoilsSession: Bool {
    switch returnValue.rawValue {
    case CKR_SESSION_CLOSED, CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT,
      CKR_TOKEN_NOT_RECOGNIZED, CKR_SLOT_ID_INVALID, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID,
      CKR_USER_NOT_LOGGED_IN, CKR_OPERATION_ACTIVE, CKR_BUFFER_TOO_SMALL:
      true
    // Between C_SignInit and C_Sign.
    default: function.utf8.elementsEqual("C_Login".utf8)
    }
  }
}
