import CP11Kit
import Signing

extension Session {
  /// The two objects of a new pair.
  struct KeyPair: Sendable {
    let privateKey, publicKey: CK_OBJECT_HANDLE
  }

  /// Makes an RSA pair on the token (PKCS #11 2.40, section 5.13). It has no time limit: if the call were ended,
  /// an unknown key would stay on the token.
  func generateRSAKeyPair(_ publicKey: ObjectTemplate, _ privateKey: ObjectTemplate) throws(DeviceError) -> KeyPair {
    var handles: (publicKey: CK_OBJECT_HANDLE, privateKey: CK_OBJECT_HANDLE) = (0, 0)
    try ModuleTurn.take(module.path) { () throws(DeviceError) in
      try unsafe module.call("C_GenerateKeyPair", waitsForPerson: true) { functions in
        unsafe publicKey.withAttributes { publicAttributes, publicCount in
          unsafe privateKey.withAttributes { privateAttributes, privateCount in
            var mechanism = unsafe CK_MECHANISM(
              mechanism: CKM_RSA_PKCS_KEY_PAIR_GEN, pParameter: nil, ulParameterLen: 0)
            return unsafe functions.pointee.C_GenerateKeyPair?(
              handle, &mechanism, publicAttributes, publicCount, privateAttributes, privateCount, &handles.publicKey,
              &handles.privateKey)
          }
        }
      }
    }
    return KeyPair(privateKey: handles.privateKey, publicKey: handles.publicKey)
  }

  /// Makes an object with these attributes (PKCS #11 2.40, section 5.7).
  func create(_ template: ObjectTemplate) throws(DeviceError) -> CK_OBJECT_HANDLE {
    var object: CK_OBJECT_HANDLE = 0
    try ModuleTurn.take(module.path) { () throws(DeviceError) in
      try unsafe module.call("C_CreateObject") { functions in
        unsafe template.withAttributes { attributes, count in
          unsafe functions.pointee.C_CreateObject?(handle, attributes, count, &object)
        }
      }
    }
    return object
  }

  /// Removes an object from the token for good.
  func destroy(_ object: CK_OBJECT_HANDLE) throws(DeviceError) {
    try ModuleTurn.take(module.path) { () throws(DeviceError) in
      try unsafe module.call("C_DestroyObject") { unsafe $0.pointee.C_DestroyObject?(handle, object) }
    }
  }
}

/// The name of a new pair on its token: the same for both halves, and for the certificate.
struct NewKeyName: Sendable, Hashable {
  let label, id: [UInt8]
}

extension NewKeyName {
  /// The one template for the tokens of every maker. Each attribute has its reason.
  ///
  /// The public key has no usage attributes: tpm2-pkcs11 refuses a pair that only signs and has more of them. Neither
  /// half has `CKA_COPYABLE`, `CKA_DESTROYABLE` or `CKA_MODIFIABLE`, which NSS and openCryptoki refuse.
  func templates(rsaBitCount: Int) -> (publicKey: ObjectTemplate, privateKey: ObjectTemplate) {
    var publicKey = ObjectTemplate(CKO_PUBLIC_KEY)
    publicKey.add(CKA_KEY_TYPE, number: CKK_RSA)
    publicKey.add(CKA_TOKEN, flag: true)
    publicKey.add(CKA_PRIVATE, flag: false)
    publicKey.add(CKA_LABEL, label)
    publicKey.add(CKA_ID, id)
    publicKey.add(CKA_MODULUS_BITS, number: CK_ULONG(rsaBitCount))
    publicKey.add(CKA_PUBLIC_EXPONENT, KeyDescription.publicExponent)
    var privateKey = ObjectTemplate(CKO_PRIVATE_KEY)
    privateKey.add(CKA_KEY_TYPE, number: CKK_RSA)
    privateKey.add(CKA_TOKEN, flag: true)
    privateKey.add(CKA_PRIVATE, flag: true)
    privateKey.add(CKA_LABEL, label)
    privateKey.add(CKA_ID, id)
    privateKey.add(CKA_SENSITIVE, flag: true)
    privateKey.add(CKA_EXTRACTABLE, flag: false)
    privateKey.add(CKA_SIGN, flag: true)
    privateKey.add(CKA_DECRYPT, flag: false)
    privateKey.add(CKA_UNWRAP, flag: false)
    return (publicKey, privateKey)
  }
}
