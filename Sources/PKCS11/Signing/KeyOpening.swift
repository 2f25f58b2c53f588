internal import CP11Kit
internal import Signing

/// Opens the one key that a URI means among the tokens that it matches.
struct KeyOpening {
  let request: KeyRequest
  let uri: PKCS11URI
  let matcher: URIMatcher
  let cryptography: any Cryptography

  private var reference: KeyReference { request.reference }
  private typealias Match = (key: KeyObject, connection: TokenConnection)

  /// Logs in where a token wants it, chooses the key and the mechanism, and tries a signature.
  ///
  /// A key that wants its PIN for every use is not tried: each signature is verified before it leaves, and a person may
  /// have to type that PIN.
  func signer(on connections: [TokenConnection]) throws(KeyError) -> any Signer {
    let algorithm = request.algorithm
    let pin = PINRequest(uri: uri, secrets: request.secrets)
    var notes = [pin.pinFile.flatMap { FileExposure.warning(of: $0, holding: "the PIN") }].compactMap(\.self)
    for connection in connections {
      notes += try connection.login { (info) throws(KeyError) in try pin.pin(of: info) }
    }
    let (key, connection) = try match(on: connections)
    if key.keyType.map({ $0 != CKK_RSA }) ?? false {
      throw KeyError(
        .keyNotRSA, "the key at \(naming: reference) is not an RSA key, and these tokens take RSA keys only")
    }
    if !key.canSign {
      throw KeyError(
        .keyRestricted, "the key at \(naming: reference) is not allowed to sign (CKA_SIGN is false)",
        hint: "use a key that was made for signing")
    }
    let search = KeySearch(uri: uri, matcher: matcher)
    let material = try KeyMaterialSearch(request: request, search: search, cryptography: cryptography)
      .material(of: key, on: connection)
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
    if matches.count == 1 { return match }
    var chosen: [Match] = []
    for match in matches where try isOfGivenCertificate(match) { chosen.append(match) }
    if chosen.count == 1, let only = chosen.first { return only }
    throw KeyError(
      .severalKeys, "\(naming: reference) means \(matches.count) private keys: \(try list(matches))",
      hint: "name one of them, as listed, or give its certificate")
  }

  /// True for a key over whose public key one of the certificates is that were given.
  private func isOfGivenCertificate(_ match: Match) throws(KeyError) -> Bool {
    if request.certificates.isEmpty { return false }
    let search = KeySearch(uri: uri, matcher: matcher)
    let numbers = try device { () throws(DeviceError) in
      try match.connection.pool.withSession { (session) throws(DeviceError) in
        try search.numbers(of: match.key, in: session)
      }
    }
    return numbers.map { numbers in request.certificates.contains { $0.publicKey.rsa == numbers } } ?? false
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
      .noSuchKey, "no private key matches \(naming: reference); there are \(try list(all))",
      hint: "name one of them, as listed")
  }

  /// At most eight references to copy, each once, with what its certificates say.
  private func list(_ matches: [Match]) throws(KeyError) -> String {
    var names: [String] = []
    var counts: [String: Int] = [:]
    var certificates: [String: Set<Certificate>] = [:]
    for match in matches {
      let name = uri.naming(match.connection.token.info.uriValues.merging(match.key.uriValues) { $1 })
      counts[name, default: 0] += 1
      if counts[name] == 1 { names.append(name) }
      if names.count <= Self.shownCount { certificates[name, default: []].formUnion(try ownCertificates(of: match)) }
    }
    let shown = names.prefix(Self.shownCount).map { name in
      let count = counts[name, default: 1]
      let several = count > 1 ? " (\(count) keys that only their certificates tell apart: ?certificate=FILE)" : ""
      let own = certificates[name, default: []]
      return "\(naming: name)\(several)" + (own.isEmpty ? "" : " of the certificate \(Certificate.list(own))")
    }
    let rest = names.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private static let shownCount = 8

  /// The certificates with the id of the key; one that cannot be read is left out.
  private func ownCertificates(of match: Match) throws(KeyError) -> [Certificate] {
    if match.key.id.isEmpty { return [] }
    let objects = try device { () throws(DeviceError) in
      try match.connection.pool.withSession { (session) throws(DeviceError) in
        try CertificateObject.all(id: match.key.id, in: session)
      }
    }
    return objects.compactMap { try? cryptography.certificate(der: $0.value.span) }
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
