internal import COpenSSL
import Encodings
public import Messages
public import Signing

/// The numbers of an RSAPrivateKey with two primes (RFC 8017, appendix A.1.2), wiped when they are freed.
@safe
struct RSAPrivateNumbers: ~Copyable {
  let publicNumbers: RSAPublicNumbers
  // BIGNUMs of this value alone, in the order of the standard and of `names`.
  let modulus, publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient: OpaquePointer

  /// EVP_PKEY-RSA(7).
  private static let names: [StaticString] = [
    "n", "e", "d", "rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1",
  ]

  /// It only reads the numbers and computes nothing, so their size costs no time.
  ///
  /// Throws `malformed-key`, `trailing-data` if bytes follow, or `broken-rsa-key` for a negative number.
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
    // OpenSSL wipes numbers that are marked secure wherever it copies them.
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

  /// Makes the key that signs; throws `malformed-key` if OpenSSL refuses the numbers.
  func privateKey(as publicKey: PublicKey) throws(KeyError) -> PrivateKey {
    let key = try unsafe RSAKeyBuilder.key(Array(zip(Self.names, numbers)), selection: COpenSSL_keyPair)
    return unsafe PrivateKey(takingOwnershipOf: key, publicKey: publicKey, isSound: areSound())
  }

  private var numbers: [OpaquePointer] {
    unsafe [modulus, publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient]
  }
}

extension RSAPrivateNumbers {
  /// The smallest size of a prime in bits: smaller primes can be found by factoring.
  private static let leastPrimeBitCount: Int32 = 256

  /// True if the numbers belong together (RFC 8017, section 3.2); false also for keys that are too large to sign.
  ///
  /// It takes microseconds. It does not test whether the primes are prime, which would take longer than many
  /// signatures. If one is composite, a signature does not verify, and opening a key makes and verifies one.
  borrowing func areSound() -> Bool {
    guard publicNumbers.bitCount <= RSAPublicNumbers.signingBitCounts.upperBound,
      let context = unsafe BN_CTX_secure_new()
    else {
      return false
    }
    // Wipes its temporary numbers.
    defer { unsafe BN_CTX_free(context) }
    unsafe BN_CTX_start(context)
    defer { unsafe BN_CTX_end(context) }
    let product = unsafe BN_CTX_get(context)
    // No real key has exponents larger than the modulus. They would make every signature take as long as they are.
    return unsafe BN_cmp(publicExponent, modulus) < 0 && BN_cmp(privateExponent, modulus) < 0
      && BN_mul(product, prime1, prime2, context) == 1 && BN_cmp(product, modulus) == 0 && BN_cmp(prime1, prime2) != 0
      && arePrimeAndExponentSound(prime1, exponent1, context) && arePrimeAndExponentSound(prime2, exponent2, context)
      && BN_mod_mul(product, prime2, coefficient, prime1, context) == 1 && BN_is_one(product) == 1
  }

  /// Checks one prime p with its exponent, which is d mod p - 1 and the inverse of e.
  private func arePrimeAndExponentSound(_ prime: OpaquePointer, _ exponent: OpaquePointer, _ context: OpaquePointer)
    -> Bool
  {
    let order = unsafe BN_CTX_get(context)
    let result = unsafe BN_CTX_get(context)
    return unsafe BN_is_odd(prime) == 1 && BN_num_bits(prime) >= Self.leastPrimeBitCount
      && BN_sub(order, prime, BN_value_one()) == 1
      && BN_div(nil, result, privateExponent, order, context) == 1 && BN_cmp(result, exponent) == 0
      && BN_mod_mul(result, publicExponent, exponent, order, context) == 1 && BN_is_one(result) == 1
  }
}

extension RSAPublicNumbers {
  /// Reads an RSAPublicKey (RFC 8017, appendix A.1.1); nil for anything except exactly one, with two positive numbers.
  init?(rsaPublicKey der: Span<UInt8>) {
    guard let (integers, end) = DER.integers(inSequence: der), end == der.count, integers.count == 2,
      !DER.isAnyNegative(integers, in: der)
    else { return nil }
    self.init(
      modulus: [UInt8](copying: der.extracting(integers[0])), exponent: [UInt8](copying: der.extracting(integers[1])))
    if modulus.isEmpty || exponent.isEmpty { return nil }
  }

  /// The RSAPublicKey in DER.
  var rsaPublicKey: [UInt8] {
    DER.element(0x30, containing: DER.integer(modulus) + DER.integer(exponent))
  }
}

extension PublicKey {
  /// A key for any RSA algorithm, from its numbers: for formats other than X.509, such as JWK (RFC 7518, section 6.3.1).
  ///
  /// Throws `malformed-key` if a number is zero, and `cryptography-failed` if OpenSSL has no memory left.
  public convenience init(rsa numbers: RSAPublicNumbers) throws(KeyError) {
    try self.init(numbers, algorithmIdentifier: Self.rsaEncryption, kind: .rsa(numbers))
  }

  /// A key for PSS only, under an `X509_ALGOR` of id-RSASSA-PSS (RFC 4055, section 1.2).
  convenience init(pss numbers: RSAPublicNumbers, algorithm: UnsafePointer<X509_ALGOR>) throws(KeyError) {
    guard let identifier = unsafe DER.encoding({ output in unsafe i2d_X509_ALGOR(algorithm, output) }) else {
      throw .openSSL("encoding a public key")
    }
    let restriction = unsafe algorithm.pointee.parameter.map { unsafe PSSRestriction($0) }
    try self.init(numbers, algorithmIdentifier: identifier, kind: .rsaPSS(numbers, restrictedTo: restriction))
  }

  private convenience init(_ numbers: RSAPublicNumbers, algorithmIdentifier: [UInt8], kind: Kind) throws(KeyError) {
    if numbers.modulus.isEmpty || numbers.exponent.isEmpty {
      throw KeyError(.malformedKey, "an RSA public key has a modulus or an exponent of zero")
    }
    // A BIT STRING begins with its number of unused bits.
    let bitString = DER.element(0x03, containing: [0] + numbers.rsaPublicKey)
    let der = DER.element(0x30, containing: algorithmIdentifier + bitString)
    self.init(subjectPublicKeyInfo: der, kind: kind, sha256Fingerprint: try Digest.hash(der.span, with: .sha256))
  }

  /// AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1 with NULL (RFC 3279, section 2.3.1).
  private static let rsaEncryption: [UInt8] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
  ]
}

/// Makes RSA `EVP_PKEY`s from numbers.
enum RSAKeyBuilder {
  /// The public key for verifying, which the caller owns; throws `malformed-key` if OpenSSL refuses the numbers.
  static func key(_ numbers: RSAPublicNumbers) throws(KeyError) -> OpaquePointer {
    let modulus = unsafe BN_bin2bn(numbers.modulus, Int32(clamping: numbers.modulus.count), nil)
    let exponent = unsafe BN_bin2bn(numbers.exponent, Int32(clamping: numbers.exponent.count), nil)
    defer {
      unsafe BN_free(modulus)
      unsafe BN_free(exponent)
    }
    guard let modulus = unsafe modulus, let exponent = unsafe exponent else { throw .openSSL("reading an RSA key") }
    return try unsafe key([("n", modulus), ("e", exponent)], selection: COpenSSL_publicKey)
  }

  /// Copies the named `BIGNUM`s into a key. The caller keeps the numbers and owns the key.
  static func key(_ numbers: [(name: StaticString, value: OpaquePointer)], selection: Int32) throws(KeyError)
    -> OpaquePointer
  {
    OpenSSLErrors.clear()
    let builder = unsafe OSSL_PARAM_BLD_new()
    defer { unsafe OSSL_PARAM_BLD_free(builder) }
    for unsafe(name, value) in unsafe numbers {
      // The builder keeps the pointer, so the name must be a constant.
      let name = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
      guard unsafe OSSL_PARAM_BLD_push_BN(builder, name, value) == 1 else { throw .openSSL("reading an RSA key") }
    }
    let parameters = unsafe OSSL_PARAM_BLD_to_param(builder)
    defer { unsafe OSSL_PARAM_free(parameters) }
    let context = unsafe EVP_PKEY_CTX_new_from_name(LibraryContext.standard.pointer, "RSA", nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_fromdata_init(context) == 1,
      unsafe EVP_PKEY_fromdata(context, &key, selection, parameters) == 1,
      let key = unsafe key
    else {
      throw KeyError(.malformedKey, "OpenSSL does not take the numbers of an RSA key: \(OpenSSLErrors.drain().summary)")
    }
    return unsafe key
  }
}
