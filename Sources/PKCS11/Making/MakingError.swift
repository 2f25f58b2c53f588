import CP11Kit
import Messages
import Signing

extension DeviceError {
  /// As the reason why something was not made on a token; the codes of `KeyError` are kept if nothing more is
  /// known.
  ///
  /// - Parameter bitCount: the size of the key that was to be made, in bits.
  func makingError(on token: Token, bitCount: Int? = nil) -> KeyMakingError {
    switch returnValue.rawValue {
    case CKR_TOKEN_WRITE_PROTECTED:
      return KeyMakingError(
        .tokenWriteProtected, "\(token.summary) is write-protected: \(message)",
        hint: "use another token, or make this one writable")
    case CKR_SESSION_READ_ONLY, CKR_SESSION_READ_WRITE_SO_EXISTS, CKR_ACTION_PROHIBITED:
      return KeyMakingError(
        .tokenReadOnly, "\(token.summary) does not let this user write: \(message)",
        hint: "ask who runs the token for the right to make objects on it")
    case CKR_DEVICE_MEMORY, CP11Kit_tokenResourceExceeded:
      return KeyMakingError(
        .tokenFull, "\(token.summary) has no room: \(message)",
        hint: "remove objects that are not needed, then run again"
      )
    case CKR_PIN_EXPIRED:
      return KeyMakingError(
        .pinExpired, "the PIN of \(token.summary) has expired: \(message)",
        hint: "set a new PIN with the token's own tool")
    case CKR_MECHANISM_INVALID where isAboutGeneration:
      let error = GenerationLimits.unavailable(on: token)
      return KeyMakingError(.generationUnavailable, "\(error.message); \(message)", hint: error.hint)
    case CKR_KEY_SIZE_RANGE where isAboutGeneration:
      return KeyMakingError(
        .keySizeOutOfRange, "\(token.summary) does not make keys of this size: \(message)",
        hint: smallerKey(than: bitCount))
    case CKR_FUNCTION_NOT_SUPPORTED where isAboutGeneration:
      return KeyMakingError(
        .generationUnavailable, "\(token.summary) does not make keys: \(message)",
        hint: "make the key with the maker's tool, then a certificate for it")
    // The return values of tokens that do not make keys of this size.
    case CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED:
      guard isAboutGeneration, let hint = smallerKey(than: bitCount) else { return KeyMakingError(keyError) }
      return KeyMakingError(id: keyError.id, message, hint: hint)
    default: return KeyMakingError(keyError)
    }
  }

  private var isAboutGeneration: Bool { function.utf8.elementsEqual("C_GenerateKeyPair".utf8) }

  private func smallerKey(than bitCount: Int?) -> String? {
    guard let bitCount, let least = KeyDescription.bitCounts.first, bitCount > least else { return nil }
    return "not every token makes keys of \(bitCount) bits: try \(least), or look into the module's own log"
  }
}

extension KeyMakingError {
  /// Passes on the failure of a token as the reason why something was not made on it.
  static func making<Result>(
    on token: Token, bitCount: Int? = nil, _ body: () throws(DeviceError) -> Result
  ) throws(KeyMakingError) -> Result {
    do throws(DeviceError) {
      return try body()
    } catch {
      throw error.makingError(on: token, bitCount: bitCount)
    }
  }
}
