internal import COpenSSL
internal import Signing
internal import Synchronization

/// One prepared digest and one prepared RSA operation, for one thread at a time.
///
/// Preparing costs about a fifth of a verification, so prepared operations are kept and used again.
@safe
final class RSAOperation: @unchecked Sendable {
  /// The two uses that an RSA key is prepared for.
  enum Purpose { case sign, verify }

  // These belong to this object alone, and its pool lends it to one thread at a time. That makes sending it safe.
  private let hashing: OpaquePointer
  private let context: OpaquePointer
  private let digest: OpaquePointer
  let algorithm: SignatureAlgorithm

  /// Prepares the key, an RSA `EVP_PKEY`; nil if OpenSSL refuses the key or has no memory left.
  init?(_ key: OpaquePointer, for purpose: Purpose, with algorithm: SignatureAlgorithm) {
    let library = unsafe LibraryContext.standard.pointer
    let name = algorithm.digest.openSSLName
    guard let digest = unsafe EVP_MD_fetch(library, name, nil) else { return nil }
    guard let hashing = unsafe EVP_MD_CTX_new() else {
      unsafe EVP_MD_free(digest)
      return nil
    }
    guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(library, key, nil) else {
      unsafe EVP_MD_CTX_free(hashing)
      unsafe EVP_MD_free(digest)
      return nil
    }
    unsafe self.digest = digest
    unsafe self.hashing = hashing
    unsafe self.context = context
    self.algorithm = algorithm
    if !prepare(for: purpose) { return nil }
  }

  deinit {
    unsafe EVP_PKEY_CTX_free(context)
    unsafe EVP_MD_CTX_free(hashing)
    unsafe EVP_MD_free(digest)
  }

  /// Signs the message; nil if OpenSSL refuses.
  func signature(for message: Span<UInt8>) -> [UInt8]? {
    guard let digest = digest(of: message) else { return nil }
    var count = 0
    return unsafe digest.span.withUnsafeBufferPointer { digest -> [UInt8]? in
      guard unsafe EVP_PKEY_sign(context, nil, &count, digest.baseAddress, algorithm.digest.byteCount) == 1 else {
        return nil
      }
      var signature = [UInt8](repeating: 0, count: count)
      guard unsafe EVP_PKEY_sign(context, &signature, &count, digest.baseAddress, algorithm.digest.byteCount) == 1,
        count == signature.count
      else { return nil }
      return signature
    }
  }

  /// True if the signature is a good one for the message.
  func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
    guard let digest = digest(of: message) else { return false }
    return unsafe digest.span.withUnsafeBufferPointer { digest in
      unsafe signature.withUnsafeBufferPointer { signature in
        unsafe EVP_PKEY_verify(
          context, signature.baseAddress, signature.count, digest.baseAddress, algorithm.digest.byteCount) == 1
      }
    }
  }

  /// The digest, at the start of room for the longest one.
  private func digest(of message: Span<UInt8>) -> InlineArray<64, UInt8>? {
    var bytes = InlineArray<64, UInt8>(repeating: 0)
    let isDone = unsafe message.withUnsafeBufferPointer { message in
      var room = bytes.mutableSpan
      return unsafe room.withUnsafeMutableBufferPointer { room in
        unsafe EVP_DigestInit_ex2(hashing, digest, nil) == 1
          && EVP_DigestUpdate(hashing, message.baseAddress, message.count) == 1
          && EVP_DigestFinal_ex(hashing, room.baseAddress, nil) == 1
      }
    }
    return isDone ? bytes : nil
  }

  private func prepare(for purpose: Purpose) -> Bool {
    let isReady =
      switch purpose {
      case .sign: unsafe EVP_PKEY_sign_init(context) == 1
      case .verify: unsafe EVP_PKEY_verify_init(context) == 1
      }
    guard isReady else { return false }
    switch algorithm.padding {
    case .pkcs1:
      return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, digest) == 1
    case .pss:
      return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, digest) == 1
        && EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
    @unknown default:
      return false
    }
  }
}

/// Lends prepared operations with one key, one for each thread that asks at the same time.
@safe
final class RSAOperationPool: Sendable {
  private let idle = Mutex<[RSAOperation]>([])
  // OpenSSL counts references to it, and it is only read.
  private nonisolated(unsafe) let key: OpaquePointer
  private let purpose: RSAOperation.Purpose

  /// Shares an RSA `EVP_PKEY` with its owner.
  init(sharing key: OpaquePointer, for purpose: RSAOperation.Purpose) {
    _ = unsafe EVP_PKEY_up_ref(key)
    unsafe self.key = key
    self.purpose = purpose
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// Lends an operation for the call, a new one or one that was used before; nil if OpenSSL refuses the key or
  /// the algorithm.
  func withOperation<Result>(for algorithm: SignatureAlgorithm, _ body: (RSAOperation) -> Result?) -> Result? {
    guard let operation = reusableOperation(for: algorithm) ?? newOperation(for: algorithm) else { return nil }
    let result = body(operation)
    idle.withLock { idle in idle.append(operation) }
    return result
  }

  private func reusableOperation(for algorithm: SignatureAlgorithm) -> RSAOperation? {
    idle.withLock { idle in
      idle.lastIndex { $0.algorithm == algorithm }.map { idle.remove(at: $0) }
    }
  }

  private func newOperation(for algorithm: SignatureAlgorithm) -> RSAOperation? {
    unsafe RSAOperation(key, for: purpose, with: algorithm)
  }
}
