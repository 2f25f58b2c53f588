internal import CP11Kit
import Messages
internal import Signing

/// A call that a module failed: the function, its return value, and the module.
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
      case CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED, CKR_DEVICE_REMOVED: .noSuchToken
      case let value where isAboutLogin:
        switch value {
        case CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE: .wrongPIN
        case CKR_PIN_LOCKED: .pinLocked
        case CKR_PIN_EXPIRED: .pinExpired
        case CKR_USER_ALREADY_LOGGED_IN: .loginUnproven
        case CKR_USER_PIN_NOT_INITIALIZED: .pinRequired
        default: .deviceFailed
        }
      default: .deviceFailed
      }
    return KeyError(code, message, hint: nextStep)
  }

  /// As the reason why a signature was not made.
  var signingError: SigningError {
    let code: SigningError.Code =
      switch keyError.code {
      case .wrongPIN: .wrongPIN
      case .pinLocked: .pinLocked
      default: .deviceFailed
      }
    return SigningError(code, message, hint: nextStep)
  }

  /// What a person can do about it; nil if nothing is known to help.
  var nextStep: String? {
    // A TPM has no officer who could set a PIN, and forgets wrong tries after some time.
    if returnValue.rawValue == CKR_PIN_LOCKED, Module.isOfTPM(named: module) {
      return
        "a TPM in lockout takes PINs again after a while; its owner can end the lockout at once with tpm2_dictionarylockout --clear-lockout"
    }
    // A return value about PINs from any other function says nothing about the PIN that was given.
    if (CKR_PIN_INCORRECT...CKR_PIN_LOCKED).contains(returnValue.rawValue), !isAboutLogin { return nil }
    return returnValue.nextStep
  }

  /// True if the only problem is that no user is logged in.
  var wantsLogin: Bool { returnValue.rawValue == CKR_USER_NOT_LOGGED_IN }

  /// True if the token does not sign with this mechanism, but perhaps with another.
  var refusesMechanism: Bool {
    switch returnValue.rawValue {
    case CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID, CKR_FUNCTION_NOT_SUPPORTED: true
    default: false
    }
  }

  /// True if the token has checked a PIN and refused it.
  var isRefusalOfPIN: Bool { keyError.code == .wrongPIN || keyError.code == .pinLocked }

  private var isAboutLogin: Bool { function.utf8.elementsEqual("C_Login".utf8) }

  /// True if no other object can be read either. An object that is gone does not hide others.
  var endsReading: Bool { spoilsSession && returnValue.rawValue != CKR_OBJECT_HANDLE_INVALID }

  /// True if the session must not be used again, and the next call needs a new one: it is gone, perhaps with the token
  /// or the login, or an operation may still be active in it.
  var spoilsSession: Bool {
    switch returnValue.rawValue {
    case CKR_SESSION_CLOSED, CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT,
      CKR_TOKEN_NOT_RECOGNIZED, CKR_SLOT_ID_INVALID, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID,
      CKR_USER_NOT_LOGGED_IN, CKR_OPERATION_ACTIVE, CKR_BUFFER_TOO_SMALL:
      true
    // Between C_SignInit and C_Sign.
    default: isAboutLogin
    }
  }
}

extension KeyError {
  /// Passes on the failure of a token as the reason why a key cannot be opened.
  static func passing<Result>(_ body: () throws(DeviceError) -> Result) throws(KeyError) -> Result {
    do throws(DeviceError) {
      return try body()
    } catch {
      throw error.keyError
    }
  }
}
