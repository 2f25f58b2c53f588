import CP11Kit
import Messages
import Signing

/// One of the mechanisms of an opened key (PKCS #11 2.40 mechanisms, section 2.1).
struct SigningMechanism: Sendable, Hashable {
  /// The input that the token gets.
  enum Input: Sendable {
    case digestInfo
    case digest
    case message
  }

  let type: CK_MECHANISM_TYPE
  let input: Input
  let algorithm: SignatureAlgorithm

  /// The mechanisms that make this signature, in the order of preference. If keyroll hashes, more tokens can sign, and
  /// messages can have any length.
  static func candidates(for algorithm: SignatureAlgorithm) -> [SigningMechanism] {
    func mechanism(_ type: CK_MECHANISM_TYPE, _ input: Input) -> SigningMechanism {
      SigningMechanism(type: type, input: input, algorithm: algorithm)
    }
    switch algorithm {
    case .rs256: return [mechanism(CKM_RSA_PKCS, .digestInfo), mechanism(CKM_SHA256_RSA_PKCS, .message)]
    case .rs384: return [mechanism(CKM_RSA_PKCS, .digestInfo), mechanism(CKM_SHA384_RSA_PKCS, .message)]
    case .rs512: return [mechanism(CKM_RSA_PKCS, .digestInfo), mechanism(CKM_SHA512_RSA_PKCS, .message)]
    case .ps256: return [mechanism(CKM_RSA_PKCS_PSS, .digest), mechanism(CKM_SHA256_RSA_PKCS_PSS, .message)]
    case .ps384: return [mechanism(CKM_RSA_PKCS_PSS, .digest), mechanism(CKM_SHA384_RSA_PKCS_PSS, .message)]
    case .ps512: return [mechanism(CKM_RSA_PKCS_PSS, .digest), mechanism(CKM_SHA512_RSA_PKCS_PSS, .message)]
    @unknown default: return []
    }
  }

  /// The mechanisms that the token offers and that the key allows, in the order to try them; all of them if the token
  /// offers no list.
  ///
  /// A TPM signs a digest that was computed here by decrypting it, which a key that may only sign refuses; there the
  /// token hashes. Throws `mechanism-unavailable` or `key-restricted`, with the algorithms that would work.
  static func choose(
    for algorithm: SignatureAlgorithm, with key: KeyObject, on token: Token, offered: [CK_MECHANISM_TYPE],
    at reference: KeyReference
  ) throws(KeyError) -> [SigningMechanism] {
    func isOffered(_ mechanism: SigningMechanism) -> Bool { offered.isEmpty || offered.contains(mechanism.type) }
    func isUsable(_ mechanism: SigningMechanism) -> Bool {
      isOffered(mechanism) && (allowed?.contains(mechanism.type) ?? true)
    }
    let allowed = key.allowedMechanisms
    var candidates = candidates(for: algorithm)
    if !key.canDecrypt, Module.isOfTPM(named: token.module.name) { candidates.reverse() }
    let usable = candidates.filter(isUsable)
    if !usable.isEmpty { return usable }
    let others = SignatureAlgorithm.allCases.filter { Self.candidates(for: $0).contains(where: isUsable) }
    let hint =
      others.isEmpty
      ? "use another key or token" : "use \(others.map(\.rawValue).joined(separator: " or "))"
    if candidates.contains(where: isOffered) {
      throw KeyError(
        .keyRestricted, "the key at \(naming: reference) does not allow \(algorithm.rawValue) (CKA_ALLOWED_MECHANISMS)",
        hint: hint)
    }
    let reason =
      algorithm.padding == .pss
      ? "the token does not sign with PSS" : "the token does not sign with RSA and PKCS #1 v1.5"
    throw KeyError(
      .mechanismUnavailable, "\(algorithm.rawValue) cannot be made with the key at \(naming: reference): \(reason)",
      hint: hint)
  }

  /// Calls `C_SignInit`.
  func begin(with key: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    var parameters = pssParameters
    try unsafe session.module.call("C_SignInit") { functions in
      guard algorithm.padding == .pss else {
        var mechanism = unsafe CK_MECHANISM(mechanism: type, pParameter: nil, ulParameterLen: 0)
        return unsafe functions.pointee.C_SignInit?(session.handle, &mechanism, key)
      }
      return unsafe withUnsafeMutableBytes(of: &parameters) { parameters in
        var mechanism = unsafe CK_MECHANISM(
          mechanism: type, pParameter: parameters.baseAddress, ulParameterLen: CK_ULONG(parameters.count))
        return unsafe functions.pointee.C_SignInit?(session.handle, &mechanism, key)
      }
    }
  }

  /// The same digest everywhere, and a salt of the same length (RFC 7518, section 3.5).
  private var pssParameters: CK_RSA_PKCS_PSS_PARAMS {
    let (digest, mask) =
      switch algorithm.digest {
      case .sha384: (CKM_SHA384, CKG_MGF1_SHA384)
      case .sha512: (CKM_SHA512, CKG_MGF1_SHA512)
      default: (CKM_SHA256, CKG_MGF1_SHA256)
      }
    return CK_RSA_PKCS_PSS_PARAMS(hashAlg: digest, mgf: mask, sLen: CK_ULONG(algorithm.digest.byteCount))
  }
}

/// The names of the mechanisms that sign with RSA (PKCS #11 2.40 mechanisms, section 2.1).
enum MechanismName {
  /// The standard's name, or the number if it has none.
  static func text(_ type: CK_MECHANISM_TYPE) -> String { names[type] ?? "0x" + String(type, radix: 16) }

  static func isKnown(_ type: CK_MECHANISM_TYPE) -> Bool { names[type] != nil }

  private static let names: [CK_MECHANISM_TYPE: String] = [
    CKM_RSA_PKCS: "CKM_RSA_PKCS",
    CKM_RSA_X_509: "CKM_RSA_X_509",
    CKM_SHA1_RSA_PKCS: "CKM_SHA1_RSA_PKCS",
    CKM_SHA256_RSA_PKCS: "CKM_SHA256_RSA_PKCS",
    CKM_SHA384_RSA_PKCS: "CKM_SHA384_RSA_PKCS",
    CKM_SHA512_RSA_PKCS: "CKM_SHA512_RSA_PKCS",
    CKM_RSA_PKCS_PSS: "CKM_RSA_PKCS_PSS",
    CKM_SHA1_RSA_PKCS_PSS: "CKM_SHA1_RSA_PKCS_PSS",
    CKM_SHA256_RSA_PKCS_PSS: "CKM_SHA256_RSA_PKCS_PSS",
    CKM_SHA384_RSA_PKCS_PSS: "CKM_SHA384_RSA_PKCS_PSS",
    CKM_SHA512_RSA_PKCS_PSS: "CKM_SHA512_RSA_PKCS_PSS",
  ]
}
