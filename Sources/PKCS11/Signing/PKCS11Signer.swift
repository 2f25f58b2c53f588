internal import CP11Kit
internal import Signing
internal import Synchronization

/// Signs with one key on a token, on as many sessions as there are threads that sign, up to the token's limit.
final class PKCS11Signer: Signer {
  private struct Handle {
    let value: CK_OBJECT_HANDLE
    let generation: Int
  }

  let algorithm: SignatureAlgorithm
  let publicKey: PublicKey
  let certificates: [Certificate]
  let notes: [String]
  private let connection: TokenConnection
  private let search: KeySearch
  private let mechanism: SigningMechanism
  private let alwaysAuthenticates: Bool
  private let signatureByteCount: Int
  private let cryptography: any Cryptography
  private let verifier: any SignatureVerifier
  private let handle: Mutex<Handle>

  /// Throws what making the verifier throws.
  init(
    _ key: KeyObject, _ material: KeyMaterial, on connection: TokenConnection, foundBy search: KeySearch,
    with mechanism: SigningMechanism, notes: [String], _ cryptography: any Cryptography
  ) throws(KeyError) {
    algorithm = mechanism.algorithm
    publicKey = material.publicKey
    certificates = material.certificates
    self.notes = notes
    self.connection = connection
    self.search = search
    self.mechanism = mechanism
    alwaysAuthenticates = key.alwaysAuthenticates
    signatureByteCount = material.publicKey.rsa?.modulus.count ?? 0
    self.cryptography = cryptography
    verifier = try cryptography.verifier(for: material.publicKey)
    handle = Mutex(Handle(value: key.handle, generation: connection.pool.generation))
  }

  /// Throws `device-failed` with the function and its return value; the call after a lost connection makes a new one.
  ///
  /// What comes back from the token leaves only when it verifies; else `bad-signature` is thrown.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    let input = try input(for: message)
    let bytes: [UInt8]
    do throws(DeviceError) {
      try connection.recover()
      bytes = try connection.pool.withSession { (session) throws(DeviceError) in try signature(of: input, in: session) }
    } catch {
      if error.spoilsSession { connection.lose() }
      throw error.signingError
    }
    guard verifier.isValid(bytes.span, by: algorithm, for: message) else {
      throw SigningError(
        .badSignature,
        "\(connection.token.info.summary) gave a signature that does not verify with the key's public key",
        hint: "the token or the public key beside the private key is wrong; nothing was signed")
    }
    return Signature(algorithm: algorithm, bytes: bytes)
  }

  private func signature(of input: [UInt8], in session: Session) throws(DeviceError) -> [UInt8] {
    try mechanism.begin(with: try key(in: session), in: session)
    if alwaysAuthenticates { try connection.confirm(session) }
    var input = input
    var signature = [UInt8](repeating: 0, count: signatureByteCount)
    var count = CK_ULONG(signatureByteCount)
    let inputCount = CK_ULONG(input.count)
    try unsafe session.module.call("C_Sign") {
      unsafe $0.pointee.C_Sign?(session.handle, &input, inputCount, &signature, &count)
    }
    return Array(signature.prefix(Int(clamping: count)))
  }

  /// The handle of the key; found again, and its public key compared, when the connection is a new one.
  private func key(in session: Session) throws(DeviceError) -> CK_OBJECT_HANDLE {
    let known = handle.withLock { $0 }
    if known.generation == session.generation { return known.value }
    let candidates = try search.keys(in: session)
    for key in candidates where try search.numbers(of: key, in: session) == publicKey.rsa {
      let found = Handle(value: key.handle, generation: session.generation)
      handle.withLock { $0 = found }
      return found.value
    }
    throw DeviceError(
      function: "C_FindObjects",
      returnValue: ReturnValue(rawValue: candidates.isEmpty ? CKR_KEY_HANDLE_INVALID : CKR_KEY_CHANGED),
      module: session.module.name)
  }

  private func input(for message: Span<UInt8>) throws(SigningError) -> [UInt8] {
    do throws(KeyError) {
      switch mechanism.input {
      case .message: return [UInt8](copying: message)
      case .digest: return try cryptography.digest(message, with: algorithm.digest)
      case .digestInfo:
        let digest = try cryptography.digest(message, with: algorithm.digest)
        if let encoding = DigestInfo.encoding(digest, of: algorithm.digest) { return encoding }
        throw KeyError(.cryptographyFailed, "a \(algorithm.digest.rawValue) digest has \(digest.count) bytes")
      }
    } catch {
      throw SigningError(.signingFailed, error.message, hint: error.hint)
    }
  }
}
