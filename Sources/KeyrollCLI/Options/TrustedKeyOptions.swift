import ArgumentParser
import Keyroll

/// The keys that the user trusts to have signed a token.
struct TrustedKeyOptions: ParsableArguments {
  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the signing key (PEM, DER, a bundle, or a saved Graph answer with keyCredentials); may be repeated.",
      valueName: "file")
  )
  var certificates: [String] = []

  @Option(
    name: .customLong("public-key"),
    help: ArgumentHelp("The public key (PEM, DER, JWK or JWK Set); may be repeated.", valueName: "file"))
  var publicKeys: [String] = []

  var isEmpty: Bool { certificates.isEmpty && publicKeys.isEmpty }

  func inputs() throws(KeyError) -> CommandInputs {
    var inputs = CommandInputs()
    try inputs.append(certificates: certificates)
    inputs.append("the public key", publicKeys)
    return inputs
  }

  /// Throws what is wrong with a file, and `no-key-credentials` for a saved answer where nothing is registered and no other
  /// key is given.
  func trust(at time: NumericDate) throws -> Trust {
    var trust = Trust()
    for path in certificates {
      switch try CertificateFiles.contents(of: path) {
      case .certificates(let certificates): for certificate in certificates { trust.add(certificate) }
      case .registered(let saved): try trust.add(saved, at: time)
      }
    }
    for path in publicKeys { trust.keys += try Self.publicKeys(in: path) }
    if trust.keys.isEmpty, trust.registered == nil, let refusal = trust.refusals.first {
      throw KeyError(
        id: refusal.id, refusal.message, hint: refusal.hint ?? "give the certificate of the RSA key that signed")
    }
    if trust.keys.isEmpty && trust.unusable.isEmpty {
      throw KeyCredentialsError(
        .noKeyCredentials, "nothing is registered that signatures are verified with",
        hint: "add a certificate first; the very first one is not added with a proof, but with PATCH")
    }
    return trust
  }

  /// JSON is a JWK or a JWK Set; anything else is PEM or DER.
  private static func publicKeys(in path: String) throws -> [TrustedKey] {
    let contents = try SecretBytes.contents(ofFile: path, limit: CertificateFiles.mostBytes)
    if contents.withBytes(JSONText.isLikely) {
      let keys = try contents.withBytes { text throws(KeyError) in try JSONWebKey.keys(text) }
      return try keys.map {
        TrustedKey(
          try OpenSSLCryptography().verifier(for: try PublicKey(rsa: $0.numbers)), keyID: $0.keyID,
          algorithm: $0.algorithm)
      }
    }
    let keys = try contents.withBytes { bytes throws(KeyError) in
      try PublicKeyFile.read(bytes, of: path)
    }
    return try keys.map { TrustedKey(try OpenSSLCryptography().verifier(for: $0)) }
  }
}
