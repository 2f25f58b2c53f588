internal import COpenSSL
import Messages
internal import Signing

/// The parameters of PBES2 (RFC 8018, appendix A.4), judged before anything is derived.
struct PBES2Parameters {
  /// For messages, such as `aes-256-cbc`.
  let cipherName: String
  let iterationCount: Int64
  let cipher: FileCipher

  init(_ identifier: UnsafePointer<X509_ALGOR>, of subject: String) throws(KeyError) {
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: PBE2PARAM_it()),
      let derivation = unsafe item.structure(PBE2PARAM.self).pointee.keyfunc,
      let encryption = unsafe item.structure(PBE2PARAM.self).pointee.encryption
    else { throw KeyError(.malformedPFX, "\(naming: subject) has PBES2 parameters that cannot be read") }

    cipherName = unsafe ASN1Text.name(of: encryption.pointee.algorithm)
    cipher = try unsafe FileCipher(nid: OBJ_obj2nid(encryption.pointee.algorithm), named: cipherName, of: subject)
    if let parameter = unsafe encryption.pointee.parameter, unsafe parameter.pointee.type == V_ASN1_OCTET_STRING,
      let vector = unsafe parameter.pointee.value.octet_string,
      unsafe Int(ASN1_STRING_length(vector)) != cipher.vectorByteCount
    {
      throw KeyError(
        .malformedPFX, "\(naming: subject) has an initialization vector of the wrong length for \(cipherName)")
    }

    let keyByteCount: Int64?
    switch unsafe OBJ_obj2nid(derivation.pointee.algorithm) {
    case NID_id_pbkdf2:
      let parameters = try unsafe PBKDF2Parameters(derivation, of: subject)
      iterationCount = parameters.iterationCount
      keyByteCount = parameters.keyByteCount
    case NID_id_scrypt:
      (iterationCount, keyByteCount) = try unsafe Self.readScrypt(derivation, of: subject)
    default:
      throw .unsupportedProtection(by: unsafe ASN1Text.name(of: derivation.pointee.algorithm), of: subject)
    }
    if let keyByteCount, let needed = cipher.keyByteCount, keyByteCount != needed {
      throw KeyError(
        .malformedPFX,
        "\(naming: subject) derives a key of \(keyByteCount) bytes for \(cipherName), which takes \(needed)")
    }
  }

  /// The cost of scrypt in blocks mixed (RFC 7914, section 6), and the key length where it is given.
  private static func readScrypt(
    _ identifier: UnsafePointer<X509_ALGOR>, of subject: String
  ) throws(KeyError) -> (cost: Int64, keyByteCount: Int64?) {
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: SCRYPT_PARAMS_it()) else {
      throw KeyError(.malformedPFX, "\(naming: subject) has scrypt parameters that cannot be read")
    }
    let parameters = unsafe item.structure(SCRYPT_PARAMS.self)
    let cost = try unsafe IterationBudget.count(parameters.pointee.costParameter, of: subject)
    let blockSize = try unsafe IterationBudget.count(parameters.pointee.blockSize, of: subject)
    let parallelization = try unsafe IterationBudget.count(parameters.pointee.parallelizationParameter, of: subject)
    // N blocks of 128·r bytes for the table, and p of them for the input.
    let rows = cost.addingReportingOverflow(parallelization)
    let memory = rows.partialValue.multipliedReportingOverflow(by: blockSize)
    if rows.overflow || memory.overflow || memory.partialValue > KeyFileLimits.scryptByteCount / 128 {
      throw KeyError(
        .iterationCountTooHigh,
        "\(naming: subject) asks scrypt for more than \(KeyFileLimits.scryptByteCount >> 20) MiB of memory",
        hint: "export the key again with PBKDF2, or with a smaller cost")
    }
    let work = memory.partialValue.multipliedReportingOverflow(by: parallelization)
    let keyLength = unsafe parameters.pointee.keyLength
    return (work.overflow ? .max : work.partialValue, unsafe ASN1Reading.integer(keyLength))
  }
}
