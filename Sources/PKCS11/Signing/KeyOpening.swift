internal import CP11Kit
import Messages
internal import Signing
import System

/// Opens the one key that a URI means among the tokens that it matches.
///
/// It looks without a login first, and logs in once: when nothing matches, when the token asks for it, and when a PIN was
/// given, which is never ignored. What the flags of a token say about logins informs, it does not forbid.
struct KeyOpening {
  let request: KeyRequest
  let uri: PKCS11URI
  let cryptography: any Cryptography
  private let pin: PINRequest
  private var notes: [String] = []
  /// What could not be read on the way, and does not matter if the key is found.
  private var failures: [DeviceError] = []

  private struct Match {
    let key: KeyObject
    let connection: TokenConnection
    /// The certificate whose name led to the key.
    var certificate: Certificate?
  }

  private struct Found {
    var matches: [Match] = []
    /// With those that were not read, because they are too many already.
    var count = 0
  }

  init(request: KeyRequest, uri: PKCS11URI, cryptography: any Cryptography) {
    self.request = request
    self.uri = uri
    self.cryptography = cryptography
    pin = PINRequest(uri: uri, secrets: request.secrets)
  }

  private var reference: KeyReference { request.reference }

  /// Chooses the key and the mechanisms; nothing is signed, the first signature is the trial of the key.
  ///
  /// - Parameter severalTokens: makes the error for a PIN that several tokens could mean.
  mutating func signer(
    on connections: [TokenConnection], severalTokens: ([Token]) -> KeyError
  ) throws(KeyError) -> any Signer {
    if let path = pin.pinFile, let warning = FileExposure.warning(of: path, holding: "the PIN") {
      notes.append(warning)
    }
    for connection in connections { notes += connection.module.warnOfCallLog() }
    let match = try match(on: connections, severalTokens)
    let (key, connection) = (match.key, match.connection)
    if key.keyType.map({ $0 != CKK_RSA }) ?? false {
      throw KeyError(
        .keyNotRSA, "the key at \(naming: reference) is not an RSA key, and these tokens take RSA keys only")
    }
    if !key.canSign {
      throw KeyError(
        .keyRestricted, "the key at \(naming: reference) is not allowed to sign (CKA_SIGN is false)",
        hint: "use a key that was made for signing")
    }
    let search = KeyMaterialSearch(
      request: request, cryptography: cryptography, naming: naming(on: connection), named: match.certificate)
    let side = try device(connection) { (session) throws(DeviceError) in try search.side(of: key, in: session) }
    var material = try search.material(side)
    notes += material.notes
    if request.needsChain {
      let certificates = material.certificates
      material = KeyMaterial(
        publicKey: material.publicKey,
        certificates: try device(connection) { (session) throws(DeviceError) in
          try search.chain(certificates, in: session)
        })
    }
    try material.publicKey.requireFitToSign(with: request.algorithm, at: reference)
    let offered = try KeyError.passing { () throws(DeviceError) in try connection.token.mechanisms() }
    let mechanisms = try SigningMechanism.choose(
      for: request.algorithm, with: key, on: connection.token, offered: offered, at: reference)
    notes += failures.map {
      "an object of \(connection.token.summary) cannot be read and is left out: \($0.message)"
    }
    return try PKCS11Signer(
      key, material, on: connection, with: mechanisms, pin: pin, at: reference, notes: notes, cryptography)
  }

  // MARK: The key

  private mutating func match(
    on connections: [TokenConnection], _ severalTokens: ([Token]) -> KeyError
  ) throws(KeyError) -> Match {
    var found = try keys(on: connections)
    if found.matches.isEmpty {
      if let connection = try connectionToLogInTo(connections, severalTokens), try logIn(to: connection) {
        found = try keys(on: [connection])
      }
    } else if let hiding = tokensThatMayHideAnother(found, on: connections) {
      throw severalTokens(hiding)
    } else if let connection = found.matches.first?.connection,
      found.matches.allSatisfy({ $0.connection === connection }), try needsLogin(found.matches, on: connection)
    {
      _ = try logIn(to: connection)
    }
    if found.matches.isEmpty { found = try keysByOtherNames(on: connections) }
    guard let match = found.matches.first else { throw try noMatch(on: connections) }
    if found.count == 1 { return match }
    if let only = try keyOfGivenCertificate(found, on: connections) { return only }
    throw KeyError(
      .severalKeys, "\(naming: reference) matches \(found.count) private keys: \(try list(found))",
      hint: "name one of them, as listed, or give its certificate")
  }

  /// What the URI names, as far as the tokens show it now.
  private mutating func keys(on connections: [TokenConnection]) throws(KeyError) -> Found {
    let search = KeySearch(uri)
    return try find(on: connections) { (session) throws(DeviceError) in try search.keys(in: session) }
  }

  private mutating func find(
    on connections: [TokenConnection], _ body: (Session) throws(DeviceError) -> KeySearch.Found
  ) throws(KeyError) -> Found {
    var found = Found()
    for connection in connections {
      do throws(DeviceError) {
        let keys = try connection.pool.withSession(body)
        found.matches += keys.keys.map { Match(key: $0, connection: connection) }
        found.count += keys.count
        failures += keys.failures
      } catch {
        if error.wantsLogin, !connection.hasLoggedIn { continue }
        // Of several tokens another may have the key.
        guard connections.count > 1 else { throw error.keyError }
        failures.append(error)
      }
    }
    return found
  }

  /// Of several keys the one over which one of the certificates is that were given; of many, it is looked for by its modulus.
  private mutating func keyOfGivenCertificate(_ found: Found, on connections: [TokenConnection]) throws(KeyError)
    -> Match?
  {
    let given = Set(request.certificates.compactMap(\.publicKey.rsa))
    if given.isEmpty { return nil }
    var matches: [Match] = []
    if found.count == found.matches.count {
      for match in found.matches {
        if let numbers = try numbers(of: match), given.contains(numbers) { matches.append(match) }
      }
    } else {
      for numbers in given {
        let search = KeySearch(label: uri[.object], id: uri[.id], modulus: numbers.modulus)
        matches += try find(on: connections) { (session) throws(DeviceError) in try search.keys(in: session) }.matches
      }
    }
    return matches.count == 1 ? matches.first : nil
  }

  private mutating func numbers(of match: Match) throws(KeyError) -> RSAPublicNumbers? {
    let cryptography = cryptography
    return try device(match.connection) { (session) throws(DeviceError) in
      try PublicSideSearch(key: match.key, session: session, cryptography: cryptography, given: nil)
        .side(wantsCertificates: false).numbers
    }
  }

  /// Names that are padded on the token, and those of certificates, which lead to their keys.
  private mutating func keysByOtherNames(on connections: [TokenConnection]) throws(KeyError) -> Found {
    let search = KeySearch(uri)
    let padded = try find(on: connections) { (session) throws(DeviceError) in try search.paddedKeys(in: session) }
    if !padded.matches.isEmpty { return padded }
    var found = Found()
    guard let label = uri[.object] else { return found }
    let id = uri[.id]
    for connection in connections {
      let objects = try device(connection) { (session) throws(DeviceError) in
        try CertificateObject.found(
          by: ObjectSearch(CKO_CERTIFICATE, id: id, label: label), in: session, atMost: KeySearch.mostKeys
        ).certificates
      }
      for object in objects where object.label == label && (id.map { $0 == object.id } ?? true) {
        guard let certificate = try? cryptography.certificate(der: object.value.span) else { continue }
        var searches = [KeySearch(label: nil, id: nil, modulus: certificate.publicKey.rsa?.modulus ?? [])]
        if !object.id.isEmpty { searches.insert(KeySearch(label: nil, id: object.id), at: 0) }
        for search in searches {
          let keys = try find(on: [connection]) { (session) throws(DeviceError) in try search.keys(in: session) }
          let matches = keys.matches.filter { match in
            match.key.modulus.map { $0 == certificate.publicKey.rsa?.modulus } ?? true
          }
          if matches.isEmpty { continue }
          found.matches += matches.map { Match(key: $0.key, connection: connection, certificate: certificate) }
          found.count += matches.count
          break
        }
      }
    }
    return found
  }

  // MARK: Login

  /// The token that may show the key after a login: one that wants logins, else the only one that may have a PIN.
  private func connectionToLogInTo(
    _ connections: [TokenConnection], _ severalTokens: ([Token]) -> KeyError
  ) throws(KeyError) -> TokenConnection? {
    let open = connections.filter { !$0.hasLoggedIn }
    // A caller that comes back to a token with another PIN gets an error.
    if open.isEmpty { return connections.count == 1 ? connections.first : nil }
    var candidates = open.filter(\.token.info.wantsLogin)
    if candidates.isEmpty {
      candidates = open.filter { $0.token.info.mayTakeLogin || pin.isGiven(for: $0.token.info) }
      let isGiven = candidates.contains { pin.isGiven(for: $0.token.info) }
      if candidates.count > 1, !isGiven { return nil }
    }
    if candidates.count > 1 { throw severalTokens(candidates.map(\.token)) }
    return candidates.first
  }

  /// The tokens among which a key was seen by an earlier login alone, while another of them may have it too: what a reference
  /// means does not depend on what was opened before.
  private func tokensThatMayHideAnother(_ found: Found, on connections: [TokenConnection]) -> [Token]? {
    let closed = connections.filter { !$0.hasLoggedIn && $0.token.info.wantsLogin }
    let open = found.matches.filter { $0.connection.hasLoggedIn && $0.key.isPrivate }
    guard !closed.isEmpty, let seen = open.first?.connection else { return nil }
    return ([seen] + closed).map(\.token)
  }

  /// True for keys that are seen already, and yet not to be used without the PIN.
  private func needsLogin(_ matches: [Match], on connection: TokenConnection) throws(KeyError) -> Bool {
    let info = connection.token.info
    if connection.hasLoggedIn || pin.isGiven(for: info) { return true }
    guard info.wantsLogin, matches.contains(where: \.key.isPrivate) else { return false }
    // A private key is seen without our login: by a token that shows its keys to everybody, or because somebody else in this
    // process is logged in, who proves nothing about a PIN.
    return try KeyError.passing { () throws(DeviceError) in
      try connection.pool.withSession { (session) throws(DeviceError) in try session.tellsOfLogin() }
    }
  }

  /// False when there is no PIN, and the token does not insist on one.
  private mutating func logIn(to connection: TokenConnection) throws(KeyError) -> Bool {
    guard let said = try connection.login(with: pin) else { return false }
    notes += said
    return true
  }

  /// Reads on the token, after a login where the token wants one only now.
  private mutating func device<Result>(
    _ connection: TokenConnection, _ body: (Session) throws(DeviceError) -> Result
  ) throws(KeyError) -> Result {
    do throws(DeviceError) {
      return try connection.pool.withSession(body)
    } catch {
      guard error.wantsLogin, !connection.hasLoggedIn, try logIn(to: connection) else { throw error.keyError }
      return try KeyError.passing { () throws(DeviceError) in try connection.pool.withSession(body) }
    }
  }

  // MARK: What is there instead

  private mutating func noMatch(on connections: [TokenConnection]) throws(KeyError) -> KeyError {
    if let failure = failures.first { return failure.keyError }
    let all = try find(on: connections) { (session) throws(DeviceError) in
      try KeySearch(label: nil, id: nil).keys(in: session)
    }
    let tokens = connections.prefix(Self.shownCount).map(\.token.summary).joined(separator: ", ")
    let hidden = connections.allSatisfy(\.hasLoggedIn) ? "" : "; private keys may be seen with a PIN only"
    if all.matches.isEmpty {
      return KeyError(
        .noPrivateKey, "no private key is on \(tokens)\(hidden)", hint: "see what is there after a login")
    }
    return KeyError(
      .noSuchKey, "no private key matches \(naming: reference); there are \(try list(all))\(hidden)",
      hint: "name one of them, as listed")
  }

  private func naming(on connection: TokenConnection) -> ([URIAttribute: [UInt8]]) -> String {
    let (uri, values) = (uri, connection.token.uriValues)
    return { uri.naming(values.merging($0) { $1 }) }
  }

  /// At most eight references to copy, each once, with what its certificates say.
  private func list(_ found: Found) throws(KeyError) -> String {
    var names: [String] = []
    var counts: [String: Int] = [:]
    var certificates: [String: Set<Certificate>] = [:]
    for match in found.matches {
      let name = naming(on: match.connection)(match.key.uriValues)
      counts[name, default: 0] += 1
      if counts[name] == 1 { names.append(name) }
      if names.count <= Self.shownCount { certificates[name, default: []].formUnion(ownCertificates(of: match)) }
    }
    let shown = names.prefix(Self.shownCount).map { name in
      let count = counts[name, default: 1]
      let several = count > 1 ? " (\(count) keys that only their certificates tell apart: ?certificate=FILE)" : ""
      let own = certificates[name, default: []]
      return "\(naming: name)\(several)" + (own.isEmpty ? "" : " of the certificate \(Certificate.list(own))")
    }
    let rest = found.count - shown.count
    let isWhole = rest <= 0 || names.count < found.matches.count && found.count == found.matches.count
    return shown.joined(separator: ", ") + (isWhole ? "" : " and \(rest) more")
  }

  private static let shownCount = 8

  /// The certificates with the id of the key; one that cannot be read is left out.
  private func ownCertificates(of match: Match) -> [Certificate] {
    if match.key.id.isEmpty { return [] }
    let found = try? match.connection.pool.withSession { (session) throws(DeviceError) in
      try CertificateObject.found(
        by: ObjectSearch(CKO_CERTIFICATE, id: match.key.id), in: session, atMost: Self.shownCount)
    }
    return found?.certificates.compactMap { try? cryptography.certificate(der: $0.value.span) } ?? []
  }
}
