internal import COpenSSL
import Encodings
import Messages
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
  /// Throws `malformed-key`, `trailing-data` when bytes follow, or `broken-rsa-key` for a negative number.
  init(rsaPrivateKey der: Span<UInt8>) throws(KeyError) {
    // The version of a key with two primes is zero.
    guard let (integers, end) = DER.integers(inSequence: der), integers.count == 1 + Self.names.count,
      integers[0].count == 1, der[integers[0].lowerBound] == 0
    else { throw .malformedKey("it is not an RSAPrivateKey of two primes (RFC 8017, appendix A.1.2)") }
    if end != der.count { throw .trailingKeyData(der.count - end) }
    if DER.isAnyNegative(integers, in: der) {
      throw KeyError(
        .brokenRSAKey, "an RSA key is broken: a number in it is negative",
        hint: "export the key again from where it was made")
    }
    // Numbers marked secure are wiped by OpenSSL wherever it copies them.
    let numbers = unsafe integers.dropFirst().compactMap { range in
      unsafe der.extracting(range).withUnsafeBufferPointer { bytes in
        unsafe BN_secure_new().flatMap { number in
          unsafe BN_bin2bn(bytes.baseAddress, Int32(clamping: bytes.count), number)
        }
      }
    }
    guard unsafe numbers.count == Self.names.count else {
      unsafe numbers.forEach { unsafe BN_clear_free($0) }
      throw .openSSL("reading an RSA key")
    }
    publicNumbers = RSAPublicNumbers(
      modulus: [UInt8](copying: der.extracting(integers[1])), exponent: [UInt8](copying: der.extracting(integers[2])))
    unsafe (modulus, publicExponent, privateExponent) = unsafe (numbers[0], numbers[1], numbers[2])
    unsafe (prime1, prime2) = unsafe (numbers[3], numbers[4])
    unsafe (exponent1, exponent2, coefficient) = unsafe (numbers[5], numbers[6], numbers[7])
  }

  deinit {
    unsafe numbers.forEach { unsafe BN_clear_free($0) }
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
