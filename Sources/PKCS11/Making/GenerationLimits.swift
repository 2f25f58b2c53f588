import CP11Kit
import Messages
import Signing

/// What a token says about making RSA keys, before it is asked to make one (PKCS #11 2.40, section 5.5).
struct GenerationLimits: Sendable {
  /// The sizes in bits; nil if the token says nothing plausible.
  let bitCounts: ClosedRange<Int>?

  /// Throws `token-write-protected`, `token-not-offered`, `key-generation-unavailable` and `device-failed`.
  init(of token: Token) throws(KeyMakingError) {
    let info = try KeyMakingError.making(on: token) { () throws(DeviceError) in
      try Patience.read { () throws(DeviceError) in TokenInfo(try Token.info(of: token.slotID, in: token.module)) }
    }
    if token.module.isNamed("ykcs11") || info.model.bytes.starts(with: "YubiKey".utf8) {
      throw KeyMakingError(
        .tokenNotOffered, "\(token.summary) is a YubiKey, whose keys are made by its security officer in a slot of PIV",
        hint: "make the key with ykman or yubico-piv-tool, then make a certificate for it")
    }
    try token.requireWritable(info)
    let mechanisms = try KeyMakingError.making(on: token) { () throws(DeviceError) in try token.mechanisms() }
    if !mechanisms.isEmpty, !mechanisms.contains(CKM_RSA_PKCS_KEY_PAIR_GEN) {
      throw Self.unavailable(on: token, offering: mechanisms)
    }
    do throws(DeviceError) {
      bitCounts = Self.plausible(try token.information(on: CKM_RSA_PKCS_KEY_PAIR_GEN))
    } catch {
      switch error.returnValue.rawValue {
      case CKR_MECHANISM_INVALID: throw Self.unavailable(on: token, offering: mechanisms)
      case CKR_FUNCTION_NOT_SUPPORTED: bitCounts = nil
      default: throw error.makingError(on: token)
      }
    }
  }

  /// Throws `key-size-out-of-range`, whose message has the sizes that the token makes.
  func require(bitCount: Int, of token: Token) throws(KeyMakingError) {
    guard let bitCounts, !bitCounts.contains(bitCount) else { return }
    let offered = KeyDescription.bitCounts.filter(bitCounts.contains)
    throw KeyMakingError(
      .keySizeOutOfRange,
      "\(token.summary) makes RSA keys of \(bitCounts.lowerBound) to \(bitCounts.upperBound) bits, and none of \(bitCount)",
      hint: offered.isEmpty
        ? "use another token" : "choose \(offered.map(String.init).joined(separator: " or ")) bits, or another token")
  }

  /// Nil for limits that cannot be bits: no upper end, an upper end below 1024, or a lower end that some modules give
  /// in bytes.
  static func plausible(_ info: CK_MECHANISM_INFO) -> ClosedRange<Int>? {
    let (least, most) = (info.ulMinKeySize, info.ulMaxKeySize)
    guard most >= 1024, least == 0 || least >= 512, least <= most else { return nil }
    return Int(clamping: least)...Int(clamping: most)
  }

  /// The mechanisms that the token offers instead of the standard one; keyroll tries none of them.
  static func unavailable(on token: Token, offering mechanisms: [CK_MECHANISM_TYPE]? = nil) -> KeyMakingError {
    let mechanisms = mechanisms ?? (try? token.mechanisms()) ?? []
    let makers = mechanisms.filter { mechanism in
      (try? token.information(on: mechanism)).map { $0.flags & CKF_GENERATE_KEY_PAIR != 0 } ?? false
    }
    let names = makers.prefix(shownCount).map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
    let others =
      makers.isEmpty
      ? "it lists no mechanism that makes pairs"
      : "it makes pairs by the mechanisms \(names)\(makers.count > shownCount ? " and others" : "")"
    return KeyMakingError(
      .generationUnavailable, "\(token.summary) does not make keys by CKM_RSA_PKCS_KEY_PAIR_GEN: \(others)",
      hint:
        "a Luna HSM in FIPS mode takes it when RSAKeyGenMechRemap = 1 is in the section Misc of its client's configuration; otherwise make the key with the maker's tool, then a certificate for it"
    )
  }

  private static let shownCount = 12
}

extension Token {
  /// Throws `token-write-protected` if the token says so.
  func requireWritable(_ info: TokenInfo) throws(KeyMakingError) {
    guard info.has(CKF_WRITE_PROTECTED) else { return }
    throw KeyMakingError(
      .tokenWriteProtected, "\(summary) is write-protected (CKF_WRITE_PROTECTED): nothing can be made on it",
      hint: "use another token, or make this one writable")
  }

  /// What the token says about a mechanism.
  func information(on mechanism: CK_MECHANISM_TYPE) throws(DeviceError) -> CK_MECHANISM_INFO {
    var info = CK_MECHANISM_INFO()
    try unsafe module.call("C_GetMechanismInfo") { unsafe $0.pointee.C_GetMechanismInfo?(slotID, mechanism, &info) }
    return info
  }
}
