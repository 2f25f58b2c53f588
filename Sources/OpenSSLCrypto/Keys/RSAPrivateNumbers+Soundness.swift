internal import COpenSSL
internal import Signing

extension RSAPrivateNumbers {
  /// The least size of a prime in bits: factoring finds smaller ones.
  private static let leastPrimeBitCount: Int32 = 256

  /// True when the numbers belong together (RFC 8017, section 3.2); false also for keys too large to sign.
  ///
  /// Takes microseconds. Whether the primes are prime is not tried, which would take longer than many signatures: with
  /// a composite in place of one a signature does not verify, and one is made and verified when a key is opened.
  borrowing func areSound() -> Bool {
    guard publicNumbers.bitCount <= PublicKey.signingBitCounts.upperBound, let context = unsafe BN_CTX_secure_new()
    else {
      return false
    }
    // Wipes the room it gave.
    defer { unsafe BN_CTX_free(context) }
    unsafe BN_CTX_start(context)
    defer { unsafe BN_CTX_end(context) }
    let product = unsafe BN_CTX_get(context)
    // Exponents beyond the modulus are no key's, and would make every signature take as long as they are.
    return unsafe BN_cmp(publicExponent, modulus) < 0 && BN_cmp(privateExponent, modulus) < 0
      && BN_mul(product, prime1, prime2, context) == 1 && BN_cmp(product, modulus) == 0 && BN_cmp(prime1, prime2) != 0
      && arePrimeAndExponentSound(prime1, exponent1, context) && arePrimeAndExponentSound(prime2, exponent2, context)
      && BN_mod_mul(product, prime2, coefficient, prime1, context) == 1 && BN_is_one(product) == 1
  }

  /// Looks at one prime p with its exponent, which is d mod p - 1 and the inverse of e.
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
