internal import CP11Kit

/// The names of the mechanisms that sign with RSA (PKCS #11 2.40 mechanisms, section 2.1).
enum MechanismName {
  /// The standard's name, else the number.
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
