public import Messages

extension PublicKey {
  /// The sizes of RSA keys that sign here, in bits: the services refuse less, and more only costs time.
  public static let signingBitCounts = 2048...8192

  /// Throws `key-not-rsa`, `rsa-key-too-small`, `rsa-key-too-large`, `broken-rsa-key`, `rsa-exponent-too-small` or
  /// `key-restricted` when the key must not sign with the algorithm.
  public func requireFitToSign(with algorithm: SignatureAlgorithm, at reference: KeyReference) throws(KeyError) {
    guard let rsa else {
      throw KeyError(.keyNotRSA, "the key at \(naming: reference) is \(summary), and these tokens take RSA keys only")
    }
    if rsa.bitCount < Self.signingBitCounts.lowerBound {
      throw KeyError(
        .rsaKeyTooSmall, "the RSA key at \(naming: reference) has \(rsa.bitCount) bits, and at least 2048 are needed")
    }
    if rsa.bitCount > Self.signingBitCounts.upperBound {
      throw KeyError(
        .rsaKeyTooLarge, "the RSA key at \(naming: reference) has \(rsa.bitCount) bits, and at most 8192 are used")
    }
    if !rsa.isExponentOdd {
      throw KeyError(
        .brokenRSAKey, "the RSA key at \(naming: reference) has an even public exponent: no such key can sign")
    }
    if rsa.isExponentSmall {
      throw KeyError(
        .rsaExponentTooSmall,
        "the RSA key at \(naming: reference) has a public exponent below 65537, which FIPS 186-5 does not allow",
        hint: "make a new key with the exponent 65537")
    }
    if !allows(algorithm) {
      throw KeyError(
        .keyRestricted,
        "the key at \(naming: reference) is restricted to \(restrictionSummary) and never signs \(algorithm.rawValue)",
        hint: restrictionHint)
    }
  }

  private var allowedAlgorithms: [SignatureAlgorithm] { SignatureAlgorithm.allCases.filter(allows) }

  private var restrictionSummary: String {
    let names = allowedAlgorithms.map(\.rawValue)
    return names.isEmpty ? "PSS parameters that no JSON Web Signature algorithm has" : names.joined(separator: ", ")
  }

  private var restrictionHint: String? {
    allowedAlgorithms.first.map { "choose --algorithm \($0.rawValue), or another key" }
  }
}
