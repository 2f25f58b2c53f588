internal import CP11Kit
internal import Signing

/// Opens the one key that a URI means among the tokens that it matches.
struct KeyOpening {
  let reference: KeyReference
  let uri: PKCS11URI
  let matcher: URIMatcher
  let certificates: [Certificate]
  let cryptography: any Cryptography
  let secrets: any SecretProvider

  private typealias Match = (key: KeyObject, connection: TokenConnection)

  /// Logs in where a token wants it, chooses the key and the mechanism, and tries a signature.
  ///
  /// A key that wants its PIN for every use is not tried: each signature is verified before it leaves, and a person may
  /// have to type that PIN.
  func signer(for algorithm: SignatureAlgorithm, on connections: [TokenConnection]) throws(KeyError) -> any Signer {
    var notes: [String] = []
    let request = PINRequest(uri: uri, secrets: secrets)
    for connection in connections {
      notes += try connection.login { (info) throws(KeyError) in try request.pin(of: info) }
    }
    let (key, connection) = try match(on: connections)
    if key.keyType.map({ $0 != CKK_RSA }) ?? false {
      throw KeyError(.keyNotRSA, "the key at \(reference) is not an RSA key, and these tokens take RSA keys only")
    }
    if !key.canSign {
      throw KeyError(
        .keyRestricted, "the key at \(reference) is not allowed to sign (CKA_SIGN is false)",
        hint: "use a key that was made for signing")
    }
    let search = KeySearch(uri: uri, matcher: matcher)
    let material = try KeyMaterialSearch(
      reference: reference, search: search, given: certificates, cryptography: cryptography
    ).material(of: key, on: connection)
    try material.publicKey.requireFitToSign(with: algorithm, at: reference)
    let offered = try device { () throws(DeviceError) in try connection.token.signingMechanisms() }
    let mechanism = try SigningMechanism.choose(
      for: algorithm, offered: offered, allowed: key.allowedMechanisms, at: reference)
    if let log = connection.module.callLog { notes.append(CallLogWarning.text(log, of: connection.module.name)) }
    let signer = try PKCS11Signer(
      key, material, on: connection, foundBy: search, with: mechanism, notes: notes, cryptography)
    if !key.alwaysAuthenticates { try tryOut(signer) }
    return signer
  }

  private func match(on connections: [TokenConnection]) throws(KeyError) -> Match {
    var matches: [Match] = []
    for connection in connections {
      let keys = try device { () throws(DeviceError) in
        try connection.pool.withSession { (session) throws(DeviceError) in
          try KeyObject.all(matching: uri, matcher, in: session)
        }
      }
      matches += keys.map { (key: $0, connection: connection) }
    }
    guard let match = matches.first else { throw try noMatch(on: connections) }
    if matches.count > 1 {
      throw KeyError(
        .severalKeys, "\(reference) means \(matches.count) private keys: \(list(matches))",
        hint: "name one of them, as listed")
    }
    return match
  }

  private func noMatch(on connections: [TokenConnection]) throws(KeyError) -> KeyError {
    var all: [Match] = []
    for connection in connections {
      let keys = try device { () throws(DeviceError) in
        try connection.pool.withSession { (session) throws(DeviceError) in
          try ObjectSearch(CKO_PRIVATE_KEY).handles(in: session).map { (handle) throws(DeviceError) in
            try KeyObject(handle, in: session)
          }
        }
      }
      all += keys.map { (key: $0, connection: connection) }
    }
    let tokens = connections.map(\.token.info.summary).joined(separator: ", ")
    if all.isEmpty {
      return KeyError(
        .noPrivateKey, "no private key is on \(tokens)", hint: "see what is there with keyroll keys --login")
    }
    return KeyError(
      .noSuchKey, "no private key matches \(reference); there are \(list(all))", hint: "name one of them, as listed")
  }

  private func list(_ matches: [Match]) -> String {
    let shown = matches.prefix(8).map { key, connection in
      uri.naming(connection.token.info.uriValues.merging(key.uriValues) { $1 })
    }
    return shown.joined(separator: ", ") + (matches.count > 8 ? " and \(matches.count - 8) more" : "")
  }

  private func tryOut(_ signer: PKCS11Signer) throws(KeyError) {
    do throws(SigningError) {
      _ = try signer.sign(Array("trial of a key that was just opened".utf8).span)
    } catch {
      throw KeyError(error.code == .badSignature ? .brokenRSAKey : .deviceFailed, error.message, hint: error.hint)
    }
  }

  private func device<Result>(_ body: () throws(DeviceError) -> Result) throws(KeyError) -> Result {
    do throws(DeviceError) {
      return try body()
    } catch {
      throw error.keyError
    }
  }
}
