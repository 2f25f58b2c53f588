/// The return value of a PKCS #11 function (PKCS #11 2.40, section 5.1), by the standard's name.
public struct ReturnValue: Sendable, Hashable, CustomStringConvertible {
  public let rawValue: UInt

  public init(rawValue: UInt) { self.rawValue = rawValue }

  /// `CKR_PIN_INCORRECT`; a value that the standard does not know is shown by its number.
  public var name: String {
    if let meaning { return meaning.name }
    return (rawValue >= Self.vendorDefined ? "CKR_VENDOR_DEFINED + 0x" : "CKR 0x")
      + String(rawValue >= Self.vendorDefined ? rawValue - Self.vendorDefined : rawValue, radix: 16)
  }

  public var description: String { name }

  /// What it means, for a person.
  var sentence: String {
    if let meaning { return meaning.sentence }
    return rawValue >= Self.vendorDefined
      ? "the module failed for a reason that only its maker's manual names"
      : "the module returned a value that is not in the standard"
  }

  /// What a person can do about it; nil if nothing is known to help.
  var nextStep: String? { Self.nextSteps[rawValue] }

  private var meaning: (name: String, sentence: String)? { Self.meanings[rawValue] }

  private static let vendorDefined: UInt = 0x8000_0000
}

extension ReturnValue {
  /// The return values of the standard (PKCS #11 2.40, section 5.1, and 3.1), each with its meaning for a
  /// person.
  static let meanings: [UInt: (name: String, sentence: String)] = [
    0x0: ("CKR_OK", "done"),
    0x1: ("CKR_CANCEL", "the call was cancelled at the device"),
    0x2: ("CKR_HOST_MEMORY", "this machine has too little memory"),
    0x3: ("CKR_SLOT_ID_INVALID", "the slot is gone"),
    0x5: ("CKR_GENERAL_ERROR", "the module failed and says no more"),
    0x6: ("CKR_FUNCTION_FAILED", "the call failed and the module says no more"),
    0x7: ("CKR_ARGUMENTS_BAD", "the module refused the arguments of the call"),
    0x8: ("CKR_NO_EVENT", "nothing happened in a slot"),
    0x9: ("CKR_NEED_TO_CREATE_THREADS", "the module may not make the threads it needs"),
    0xA: ("CKR_CANT_LOCK", "the module cannot be used from several threads"),
    0x10: ("CKR_ATTRIBUTE_READ_ONLY", "an attribute cannot be changed"),
    0x11: ("CKR_ATTRIBUTE_SENSITIVE", "an attribute may not leave the token"),
    0x12: ("CKR_ATTRIBUTE_TYPE_INVALID", "the object has no such attribute"),
    0x13: ("CKR_ATTRIBUTE_VALUE_INVALID", "an attribute cannot have that value"),
    0x1B: ("CKR_ACTION_PROHIBITED", "the token's policy forbids it"),
    0x20: ("CKR_DATA_INVALID", "the token refused the data"),
    0x21: ("CKR_DATA_LEN_RANGE", "the data are too long or too short for the key"),
    0x30: ("CKR_DEVICE_ERROR", "the device failed"),
    0x31: ("CKR_DEVICE_MEMORY", "the device has too little memory"),
    0x32: ("CKR_DEVICE_REMOVED", "the token was removed"),
    0x40: ("CKR_ENCRYPTED_DATA_INVALID", "the token refused the encrypted data"),
    0x41: ("CKR_ENCRYPTED_DATA_LEN_RANGE", "the encrypted data are too long or too short"),
    0x50: ("CKR_FUNCTION_CANCELED", "the call was cancelled at the device"),
    0x51: ("CKR_FUNCTION_NOT_PARALLEL", "no call runs in parallel"),
    0x54: ("CKR_FUNCTION_NOT_SUPPORTED", "the module does not have this function"),
    0x60: ("CKR_KEY_HANDLE_INVALID", "the key is no longer where it was"),
    0x62: ("CKR_KEY_SIZE_RANGE", "the token does not use keys of this size"),
    0x63: ("CKR_KEY_TYPE_INCONSISTENT", "the key is of another kind than the mechanism needs"),
    0x64: ("CKR_KEY_NOT_NEEDED", "a key was given that is not needed"),
    0x65: ("CKR_KEY_CHANGED", "the key is not the one from before"),
    0x66: ("CKR_KEY_NEEDED", "a key is missing"),
    0x67: ("CKR_KEY_INDIGESTIBLE", "the key's value cannot be digested"),
    0x68: ("CKR_KEY_FUNCTION_NOT_PERMITTED", "the key may not be used for this"),
    0x69: ("CKR_KEY_NOT_WRAPPABLE", "the key cannot be wrapped"),
    0x6A: ("CKR_KEY_UNEXTRACTABLE", "the key never leaves the token"),
    0x70: ("CKR_MECHANISM_INVALID", "the token does not have this mechanism for the key"),
    0x71: ("CKR_MECHANISM_PARAM_INVALID", "the token refused the parameters of the mechanism"),
    0x82: ("CKR_OBJECT_HANDLE_INVALID", "the object is no longer where it was"),
    0x90: ("CKR_OPERATION_ACTIVE", "another operation is not finished"),
    0x91: ("CKR_OPERATION_NOT_INITIALIZED", "the operation was not begun, or the token has forgotten it"),
    0xA0: ("CKR_PIN_INCORRECT", "the PIN is wrong"),
    0xA1: ("CKR_PIN_INVALID", "the PIN holds characters that the token does not take"),
    0xA2: ("CKR_PIN_LEN_RANGE", "the PIN is too long or too short for the token"),
    0xA3: ("CKR_PIN_EXPIRED", "the PIN has expired"),
    0xA4: ("CKR_PIN_LOCKED", "the PIN is locked after too many wrong tries"),
    0xB0: ("CKR_SESSION_CLOSED", "the session was closed in the middle of the call"),
    0xB1: ("CKR_SESSION_COUNT", "the token has no session left"),
    0xB3: ("CKR_SESSION_HANDLE_INVALID", "the session was closed by something else"),
    0xB4: ("CKR_SESSION_PARALLEL_NOT_SUPPORTED", "the token has no parallel sessions"),
    0xB5: ("CKR_SESSION_READ_ONLY", "the session can only read"),
    0xB6: ("CKR_SESSION_EXISTS", "a session with the token is open"),
    0xB7: ("CKR_SESSION_READ_ONLY_EXISTS", "a session that can only read is open"),
    0xB8: ("CKR_SESSION_READ_WRITE_SO_EXISTS", "the security officer is logged in"),
    0xC0: ("CKR_SIGNATURE_INVALID", "the signature is not good"),
    0xC1: ("CKR_SIGNATURE_LEN_RANGE", "the signature has the wrong length"),
    0xD0: ("CKR_TEMPLATE_INCOMPLETE", "an attribute is missing"),
    0xD1: ("CKR_TEMPLATE_INCONSISTENT", "attributes contradict each other"),
    0xE0: ("CKR_TOKEN_NOT_PRESENT", "the token is not there"),
    0xE1: ("CKR_TOKEN_NOT_RECOGNIZED", "the module does not know the token in the slot"),
    0xE2: ("CKR_TOKEN_WRITE_PROTECTED", "the token cannot be written"),
    0xF0: ("CKR_UNWRAPPING_KEY_HANDLE_INVALID", "the unwrapping key is no longer where it was"),
    0xF1: ("CKR_UNWRAPPING_KEY_SIZE_RANGE", "the unwrapping key has the wrong size"),
    0xF2: ("CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT", "the unwrapping key is of the wrong kind"),
    0x100: ("CKR_USER_ALREADY_LOGGED_IN", "a user is already logged in, so the token did not check this PIN"),
    0x101: ("CKR_USER_NOT_LOGGED_IN", "the token wants a login first"),
    0x102: ("CKR_USER_PIN_NOT_INITIALIZED", "the token has no user PIN yet"),
    0x103: ("CKR_USER_TYPE_INVALID", "the token has no such user"),
    0x104: ("CKR_USER_ANOTHER_ALREADY_LOGGED_IN", "another user is logged in"),
    0x105: ("CKR_USER_TOO_MANY_TYPES", "too many kinds of users are logged in"),
    0x110: ("CKR_WRAPPED_KEY_INVALID", "the wrapped key is not good"),
    0x112: ("CKR_WRAPPED_KEY_LEN_RANGE", "the wrapped key has the wrong length"),
    0x113: ("CKR_WRAPPING_KEY_HANDLE_INVALID", "the wrapping key is no longer where it was"),
    0x114: ("CKR_WRAPPING_KEY_SIZE_RANGE", "the wrapping key has the wrong size"),
    0x115: ("CKR_WRAPPING_KEY_TYPE_INCONSISTENT", "the wrapping key is of the wrong kind"),
    0x120: ("CKR_RANDOM_SEED_NOT_SUPPORTED", "the token's random numbers take no seed"),
    0x121: ("CKR_RANDOM_NO_RNG", "the token has no random numbers"),
    0x130: ("CKR_DOMAIN_PARAMS_INVALID", "the parameters of the key are not good"),
    0x140: ("CKR_CURVE_NOT_SUPPORTED", "the token does not have this curve"),
    0x150: ("CKR_BUFFER_TOO_SMALL", "the answer is longer than it may be"),
    0x160: ("CKR_SAVED_STATE_INVALID", "the saved state is not good"),
    0x170: ("CKR_INFORMATION_SENSITIVE", "the information may not leave the token"),
    0x180: ("CKR_STATE_UNSAVEABLE", "the state cannot be saved"),
    0x190: ("CKR_CRYPTOKI_NOT_INITIALIZED", "the module is not initialised, or was finalised"),
    0x191: ("CKR_CRYPTOKI_ALREADY_INITIALIZED", "the module was initialised by other code in this process"),
    0x1A0: ("CKR_MUTEX_BAD", "the module's locking failed"),
    0x1A1: ("CKR_MUTEX_NOT_LOCKED", "the module's locking failed"),
    0x1B0: ("CKR_NEW_PIN_MODE", "the token wants a new PIN"),
    0x1B1: ("CKR_NEXT_OTP", "the token wants the next one-time password"),
    0x1C0: ("CKR_EXCEEDED_MAX_ITERATIONS", "the token gave up on its search for numbers"),
    0x1C1: ("CKR_FIPS_SELF_TEST_FAILED", "the module's self-test failed, and it refuses to work"),
    0x1C2: ("CKR_LIBRARY_LOAD_FAILED", "the module cannot load a library that it needs"),
    0x1C3: ("CKR_PIN_TOO_WEAK", "the PIN is too weak for the token"),
    0x1C4: ("CKR_PUBLIC_KEY_INVALID", "the public key is not good"),
    0x200: ("CKR_FUNCTION_REJECTED", "the token wants another confirmation, which did not come"),
    0x201: ("CKR_TOKEN_RESOURCE_EXCEEDED", "the token is out of some resource"),
    0x202: ("CKR_OPERATION_CANCEL_FAILED", "the operation could not be cancelled"),
    0x203: ("CKR_KEY_EXHAUSTED", "the key has made as many signatures as it may"),
  ]
}

extension ReturnValue {
  /// What a person can do about some of them.
  static let nextSteps: [UInt: String] = [
    0x3: "see what is there with keyroll keys",
    0x5: "look into the module's own log, and at its configuration",
    0x6: "look into the module's own log",
    0x7: "look at the module's configuration",
    0x1B: "ask who runs the token for the right to sign",
    0x21: "use a longer key, or an algorithm with a shorter digest",
    0x30: "look at the device and its connection, then run again",
    0x31: "close other sessions with the token",
    0x32: "put the token back and run again",
    0x54: "use another module for the token",
    0x60: "see what is there with keyroll keys",
    0x62: "use a key of another size",
    0x63: "use an RSA key",
    0x68: "use a key that was made for signing",
    0x70: "choose another algorithm",
    0x71: "choose another algorithm",
    0x82: "see what is there with keyroll keys",
    0xA0: "check the PIN before you run again: the token counts wrong ones",
    0xA1: "check the PIN before you run again",
    0xA2: "check the PIN before you run again",
    0xA3: "set a new PIN with the token's own tool",
    0xA4: "have the security officer set a new PIN",
    0xB0: "run again",
    0xB1: "end other programs that use the token",
    0xB3: "run again",
    0xB8: "end the program that is logged in as security officer",
    0xE0: "put the token in and run again",
    0xE1: "use the module that is made for this token",
    0x100: "end what else uses the token in this process",
    0x101: "run again and give the PIN",
    0x102: "have the security officer set one",
    0x104: "end the program that is logged in as security officer",
    0x105: "end other programs that use the token",
    0x121: "choose an RS algorithm, which needs none",
    0x1B0: "set a new PIN with the token's own tool",
    0x1C1: "have the device looked at by its maker",
    0x1C2: "install what the module's manual asks for",
    0x200: "confirm the use of the key as the token's manual says",
    0x201: "run again later",
    0x203: "use another key",
  ]
}
