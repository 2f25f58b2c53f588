internal import COpenSSL
internal import Signing

/// The numbers of an RSAPrivateKey with two primes (RFC 8017, appendix A.1.2), wiped when they go.
@safe
struct RSAPrivateNumbers: ~Copyable {
  let publicNumbers: RSAPublicNumbers
  // BIGNUMs of this value alone, in the order of the standard and of `names`.
  let modulus, publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient: OpaquePointer

  /// EVP_PKEY-RSA(7).
  private static let names: [StaticString] = [
    "n", "e", "d", "rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1",
  ]

  /// Only reads the numbers and computes nothing, so their size costs no time.
  ///
  /// Throws `malformed-key`, or `trailing-data` when bytes follow.
  init(rsaPrivateKey der: Span<UInt8>) throws(KeyError) {
    guard let (magnitudes, end) = DER.integers(inSequence: der), magnitudes.count == 1 + Self.names.count,
      magnitudes[0].isEmpty
    else { throw .malformedKey("it is not an RSAPrivateKey of two primes (RFC 8017, appendix A.1.2)") }
    if end != der.count { throw .trailingKeyData(der.count - end) }
    // Numbers marked secure are wiped by OpenSSL wherever it copies them.
    let numbers = unsafe magnitudes.dropFirst().compactMap { range in
      unsafe der.extracting(range).withUnsafeBufferPointer { bytes in
        unsafe BN_secure_new().flatMap { number in unsafe BN_bin2bn(bytes.baseAddress, Int32(clamping: bytes.count), number) }
      }
    }
    guard unsafe numbers.count == Self.names.count else {
      for unsafe number in unsafe numbers { unsafe BN_clear_free(number) }
      throw .openSSL("reading an RSA key")
    }
    publicNumbers = RSAPublicNumbers(
      modulus: [UInt8](copying: der.extracting(magnitudes[1])), exponent: [UInt8](copying: der.extracting(magnitudes[2])))
    unsafe (modulus, publicExponent, privateExponent) = unsafe (numbers[0], numbers[1], numbers[2])
    unsafe (prime1, prime2) = unsafe (numbers[3], numbers[4])
    unsafe (exponent1, exponent2, coefficient) = unsafe (numbers[5], numbers[6], numbers[7])
  }

  deinit {
    for unsafe number in unsafe numbers { unsafe BN_clear_free(number) }
  }

  /// Makes the key that signs; throws `malformed-key` when OpenSSL refuses the numbers.
  func privateKey(as publicKey: PublicKey) throws(KeyError) -> PrivateKey {
    let key = try unsafe RSAKeyBuilder.key(Array(zip(Self.names, numbers)), selection: COpenSSL_keyPair)
    return unsafe PrivateKey(takingOwnershipOf: key, publicKey: publicKey, isSound: areSound())
  }

  private var numbers: [OpaquePointer] {
    unsafe [modulus, publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient]
  }
}
