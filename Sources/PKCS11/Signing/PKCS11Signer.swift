internal import Synchronization
internal import CP11Kit
import Encodings
import Messages
internal import Signing

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
  private let key: KeyObject
  private let reference: KeyReference
  private let connection: TokenConnection
  private let search: KeySearch
  private let mechanisms: [SigningMechanism]
  private let pin: PINRequest
  private let signatureByteCount: Int
  private let cryptography: any Cryptography
  private let verifier: any SignatureVerifier
  private let state: Mutex<State>

  private struct State {
    var handle: Handle
    /// The mechanism that the token took last.
    var mechanism = 0
  }

  /// Throws what making the verifier throws.
  convenience init(
    _ key: KeyObject, _ material: KeyMaterial, on connection: TokenConnection, with mechanisms: [SigningMechanism],
    pin: PINRequest, at reference: KeyReference, notes: [String], _ cryptography: any Cryptography
  ) throws(KeyError) {
    let handle = Handle(value: key.handle, generation: connection.pool.generation)
    try self.init(
      key, handle, material, on: connection, with: mechanisms, pin: pin, at: reference, notes: notes, cryptography)
  }

  private init(
    _ key: KeyObject, _ handle: Handle, _ material: KeyMaterial, on connection: TokenConnection,
    with mechanisms: [SigningMechanism], pin: PINRequest, at reference: KeyReference, notes: [String],
    _ cryptography: any Cryptography
  ) throws(KeyError) {
    algorithm = mechanisms[0].algorithm
    publicKey = material.publicKey
    certificates = material.certificates
    self.notes = notes
    self.key = key
    self.reference = reference
    self.connection = connection
    search = KeySearch(key)
    self.mechanisms = mechanisms
    self.pin = pin
    signatureByteCount = material.publicKey.rsa?.modulus.count ?? 0
    self.cryptography = cryptography
    verifier = try cryptography.verifier(for: material.publicKey)
    state = Mutex(State(handle: handle))
  }

  /// Asks the token for its mechanisms, and for nothing else.
  func rebound(
    to algorithm: SignatureAlgorithm, certificates: [Certificate]
  ) throws(KeyError) -> (any Signer)? {
    let leaf = certificates.first
    if let leaf, !leaf.publicKey.hasSameNumbers(as: publicKey) { return nil }
    let offered = try KeyError.passing { () throws(DeviceError) in try connection.token.mechanisms() }
    let mechanisms = try SigningMechanism.choose(
      for: algorithm, with: key, on: connection.token, offered: offered, at: reference)
    let material = KeyMaterial(publicKey: leaf?.publicKey ?? publicKey, certificates: certificates)
    return try PKCS11Signer(
      key, state.withLock { $0.handle }, material, on: connection, with: mechanisms, pin: pin, at: reference,
      notes: notes, cryptography)
  }

  /// Throws `device-failed` with the function and its return value, or `wrong-pin` and its like for a token that asks for a
  /// login only now; the call after a lost connection makes a new one.
  ///
  /// What comes back from the token is verified first: `bad-signature` is thrown for what does not verify.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    let inputs = try inputs(for: message)
    var bytes: [UInt8]
    do throws(DeviceError) {
      bytes = try signature(of: inputs)
    } catch {
      guard error.wantsLogin, !connection.hasLoggedIn, try logIn() else { throw error.signingError }
      do throws(DeviceError) {
        bytes = try signature(of: inputs)
      } catch {
        throw error.signingError
      }
    }
    guard verifier.isValid(bytes.span, by: algorithm, for: message) else {
      throw SigningError(
        .badSignature,
        "\(connection.token.summary) gave a signature that does not verify with the key's public key",
        hint: "the token or the public key beside the private key is wrong; nothing was signed")
    }
    return Signature(algorithm: algorithm, bytes: bytes)
  }

  private func signature(of inputs: [[UInt8]]) throws(DeviceError) -> [UInt8] {
    do throws(DeviceError) {
      try connection.recover()
      return try connection.pool.withSession { (session) throws(DeviceError) in try signature(of: inputs, in: session) }
    } catch {
      // Who was never logged in has lost nothing.
      if error.spoilsSession, !error.wantsLogin || connection.hasLoggedIn { connection.lose() }
      throw error
    }
  }

  /// False when there is no PIN, and the token does not insist on one.
  private func logIn() throws(SigningError) -> Bool {
    do throws(KeyError) {
      return try connection.login(with: pin) != nil
    } catch {
      throw SigningError(SigningError.Code(rawValue: error.id) ?? .deviceFailed, error.message, hint: error.hint)
    }
  }

  private func signature(of inputs: [[UInt8]], in session: Session) throws(DeviceError) -> [UInt8] {
    var input = inputs[try begin(in: session)]
    if key.alwaysAuthenticates { try connection.confirm(session) }
    var signature = [UInt8](repeating: 0, count: signatureByteCount)
    var count = CK_ULONG(signatureByteCount)
    let inputCount = CK_ULONG(input.count)
    try unsafe session.module.call("C_Sign") {
      unsafe $0.pointee.C_Sign?(session.handle, &input, inputCount, &signature, &count)
    }
    return Array(signature.prefix(Int(clamping: count)))
  }

  /// Begins with the mechanism that worked last, else with the next one that the token does not refuse; returns its index.
  private func begin(in session: Session) throws(DeviceError) -> Int {
    let key = try keyHandle(in: session)
    var index = state.withLock { $0.mechanism }
    while true {
      do throws(DeviceError) {
        try mechanisms[index].begin(with: key, in: session)
        state.withLock { $0.mechanism = index }
        return index
      } catch {
        guard error.refusesMechanism, index + 1 < mechanisms.count else { throw error }
        index += 1
      }
    }
  }

  /// The handle of the key; found again, and its public key compared, when the connection is a new one.
  private func keyHandle(in session: Session) throws(DeviceError) -> CK_OBJECT_HANDLE {
    let known = state.withLock { $0.handle }
    if known.generation == session.generation { return known.value }
    let found = try search.keys(in: session)
    for key in found.keys {
      let search = PublicSideSearch(key: key, session: session, cryptography: cryptography, given: nil)
      guard try search.side(wantsCertificates: false).numbers == publicKey.rsa else { continue }
      let handle = Handle(value: key.handle, generation: session.generation)
      state.withLock { $0.handle = handle }
      return handle.value
    }
    throw DeviceError(
      function: "C_FindObjects",
      returnValue: ReturnValue(rawValue: found.keys.isEmpty ? CKR_KEY_HANDLE_INVALID : CKR_KEY_CHANGED),
      module: session.module.name)
  }

  /// What each of the mechanisms takes for the message.
  private func inputs(for message: Span<UInt8>) throws(SigningError) -> [[UInt8]] {
    var inputs: [[UInt8]] = []
    for mechanism in mechanisms { inputs.append(try input(of: mechanism, for: message)) }
    return inputs
  }

  private func input(of mechanism: SigningMechanism, for message: Span<UInt8>) throws(SigningError) -> [UInt8] {
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
