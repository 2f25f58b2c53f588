import CP11Kit
import Encodings
public import Messages
public import Signing
import Synchronization
import System

/// Makes RSA keys on a token: `pkcs11:token=…;object=LABEL`.
///
/// The label and the id must be free among the private keys, public keys and certificates of the token. What was made is
/// read back and judged. After an error nothing is left on the token, or exactly what the error and `leftovers` say.
public final class TokenKeyMaker: KeyMaker {
  let backend: PKCS11Backend
  let uri: PKCS11URI
  let secrets: RememberedPIN
  private let state = Mutex(State())

  private struct State {
    var leftovers: [TokenObject] = []
    var inTheWay: [TokenObject] = []
  }

  /// Where a key is to be made.
  private struct Place {
    let connection: TokenConnection
    let name: NewKeyName
    let bitCount: Int

    var token: Token { connection.token }
  }

  /// The bytes of an id if none was chosen.
  private static let idByteCount = 20
  private static let longestID = 255

  /// - Parameters:
  ///   - reference: a token, and the label of the new key; `id=` too where the key is to have a certain one.
  ///   - secrets: is asked for the PIN once.
  ///
  /// Throws `malformed-key-reference`.
  public init(
    _ backend: PKCS11Backend, at reference: KeyReference, secrets: any SecretProvider
  ) throws(KeyMakingError) {
    uri = try KeyMakingError.passing { () throws(KeyError) in
      let uri = try PKCS11URI(reference)
      if uri[.certificate] != nil { throw PKCS11URI.malformed("names a certificate, but a new key has none") }
      if let type = uri.text(.type), !type.utf8.elementsEqual("private".utf8) {
        throw PKCS11URI.malformed("names type=\(type), which is not a private key")
      }
      return uri
    }
    self.backend = backend
    self.secrets = RememberedPIN(secrets)
  }

  /// What this maker has made on the token and could not take back; for a run that ends with `key-not-discarded`.
  public var leftovers: [TokenObject] { state.withLock { $0.leftovers } }

  /// What has the label or the id already; for a run that ends with `key-taken`.
  public var objectsInTheWay: [TokenObject] { state.withLock { $0.inTheWay } }

  /// Asks the token what it makes, without a login. Whether the name is free is seen after it: what is told of a name that is taken
  /// must have the private key too.
  ///
  /// Throws `no-such-token`, `several-tokens`, `token-write-protected`, `token-not-offered`, `key-generation-unavailable`,
  /// `key-size-out-of-range`, `malformed-key-reference` and `device-failed`.
  public func check(_ description: KeyDescription) throws(KeyMakingError) { _ = try place(for: description) }

  /// Logs in, and makes the key; throws what `check` throws, what a login throws, `key-taken`, `token-read-only`, `token-full`, `pin-expired`,
  /// `new-key-differs`, `new-key-unprotected` and `key-not-discarded`.
  public func make(_ description: KeyDescription) throws(KeyMakingError) -> any MadeKey {
    let place = try place(for: description)
    let pin = PINRequest(uri: uri, secrets: secrets)
    // Before the PIN is given.
    var notes = place.connection.warnings(of: pin)
    notes += try KeyMakingError.passing { () throws(KeyError) in try place.connection.login(with: pin) ?? [] }
    try requireFree(place)
    return try generate(place, pin: pin, notes: notes)
  }

  // MARK: Before

  private func place(for description: KeyDescription) throws(KeyMakingError) -> Place {
    let bitCount: Int
    switch description.kind {
    case .rsa(let count): bitCount = count
    @unknown default: throw KeyMakingError(.keySizeNotOffered, "keys of this kind are not made on tokens")
    }
    let name = try name(for: description)
    let connection = try KeyMakingError.passing { () throws(KeyError) in try backend.connection(for: uri) }
    try GenerationLimits(of: connection.token).require(bitCount: bitCount, of: connection.token)
    return Place(connection: connection, name: name, bitCount: bitCount)
  }

  private func name(for description: KeyDescription) throws(KeyMakingError) -> NewKeyName {
    let label = try only(uri[.object], description.label.map { Array($0.utf8) }, "label")
    guard let label, !FixedField(bytes: label).bytes.isEmpty, !label.contains(0) else {
      throw KeyMakingError(
        KeyError(
          .malformedKeyReference, "the new key on a token needs a label: \(naming: uri) names none",
          hint: "add ;object=LABEL"))
    }
    let id = try only(uri[.id], description.id, "id") ?? Self.randomID()
    guard (1...Self.longestID).contains(id.count) else {
      throw KeyMakingError(
        KeyError(.malformedKeyReference, "an id of \(id.count) bytes is not one of 1 to \(Self.longestID)"))
    }
    return NewKeyName(label: label, id: id)
  }

  private func only(_ inURI: [UInt8]?, _ inDescription: [UInt8]?, _ what: String) throws(KeyMakingError) -> [UInt8]? {
    if let inURI, let inDescription, inURI != inDescription {
      throw KeyMakingError(
        KeyError(.malformedKeyReference, "the new key is given two names: its \(what) in \(naming: uri) is another one")
      )
    }
    return inURI ?? inDescription
  }

  private static func randomID() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<idByteCount).map { _ in UInt8.random(in: 0...UInt8.max, using: &generator) }
  }

  /// NSS writes a pair over one with the same id, and others make doubles.
  private func requireFree(_ place: Place) throws(KeyMakingError) {
    let found = try KeyMakingError.making(on: place.token) { () throws(DeviceError) in
      try place.connection.pool.withSession { (session) throws(DeviceError) in
        try NameSearch(name: place.name).objects(on: place.token, uri, in: session)
      }
    }
    guard !found.isEmpty else { return }
    state.withLock { $0.inTheWay = found }
    let label = FixedField(bytes: place.name.label).text
    let key = found.first { $0.kind == .privateKey }
    let way =
      key.map { "to go on with the key that is there: keyroll create certificate --key '\($0.reference)' …; " } ?? ""
    throw KeyMakingError(
      .keyTaken, "the label \(quoting: label) or the id is taken on \(place.token.summary): \(found.list)",
      hint: "\(way)to remove what is there: \(found.removals); else choose another label")
  }

  // MARK: Making

  private func generate(_ place: Place, pin: PINRequest, notes: [String]) throws(KeyMakingError) -> any MadeKey {
    let templates = place.name.templates(rsaBitCount: place.bitCount)
    let session = try KeyMakingError.making(on: place.token) { () throws(DeviceError) in
      try place.connection.openWritingSession()
    }
    let pair: Session.KeyPair
    do throws(DeviceError) {
      pair = try session.generateRSAKeyPair(templates.publicKey, templates.privateKey)
    } catch {
      let error = error.makingError(on: place.token, bitCount: place.bitCount)
      // The answer may be wrong, and nothing of that name was there a moment ago.
      try reportRemains(on: place.connection, place.name, after: error.message)
      throw error
    }
    let remains = NewObjects(pair, name: place.name, session: session, connection: place.connection)
    do throws(KeyMakingError) {
      return try TokenKey(remains, rsaBitCount: place.bitCount, by: self, pin: pin, notes: notes)
    } catch {
      try discard(remains, after: error.message)
      throw error
    }
  }

  // MARK: After an error

  /// Takes back what was made; throws `key-not-discarded` where something is left.
  func discard(_ objects: NewObjects, after reason: String?) throws(KeyMakingError) {
    if let failure = objects.destroy() {
      try reportRemains(
        on: objects.connection, objects.name, after: (reason.map { "\($0); " } ?? "") + failure.message)
    }
  }

  /// Looks for what has the name of the new key; throws `key-not-discarded` where there is something, or if that cannot be found out.
  private func reportRemains(
    on connection: TokenConnection, _ name: NewKeyName, after reason: String
  ) throws(KeyMakingError) {
    let token = connection.token
    let found: [TokenObject]
    do throws(DeviceError) {
      // With a new session: the one that failed may be gone, with the login perhaps.
      connection.lose()
      try connection.recover()
      found = try connection.pool.withSession { (session) throws(DeviceError) in
        try NameSearch(name: name).objects(on: token, uri, in: session)
      }
    } catch {
      let expected = [KeyListing.Entry.Kind.privateKey, .publicKey].map { TokenObject($0, name, on: token, uri) }
      state.withLock { $0.leftovers = expected }
      throw KeyMakingError(
        .notDiscarded,
        "\(reason); what is left on \(token.summary) cannot be listed (\(error.message)): there may be \(expected.list)",
        hint: "look with keyroll keys --login; to remove it: \(expected.removals)")
    }
    guard !found.isEmpty else { return }
    state.withLock { $0.leftovers = found }
    throw KeyMakingError(
      .notDiscarded, "\(reason); left on \(token.summary): \(found.list)", hint: "to remove it: \(found.removals)")
  }
}

extension TokenConnection {
  /// What a person must know before the PIN is given: that others can read its file, or that calls are written down.
  func warnings(of pin: PINRequest) -> [String] {
    let exposure = pin.pinFile.flatMap { FileExposure.warning(of: $0, holding: "the PIN") }
    return (exposure.map { [$0] } ?? []) + module.warnOfCallLog()
  }
}

/// Gives a PIN as often as it is wanted, and asks for it once.
final class RememberedPIN: SecretProvider {
  private let source: any SecretProvider
  private let known = Mutex<PIN?>(nil)

  init(_ source: any SecretProvider) { self.source = source }

  func isGiven(for purpose: SecretRequest.Purpose) -> Bool { source.isGiven(for: purpose) }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    try known.withLock { (known) throws(KeyError) in
      if known == nil, let secret = try source.secret(for: request) { known = PIN(secret) }
      return known?.bytes.withBytes { SecretBytes(copying: $0) }
    }
  }
}

extension [TokenObject] {
  private static let shownCount = 8

  /// References to copy.
  var list: String {
    prefix(Self.shownCount).map { "'\($0.reference)'" }.joined(separator: ", ")
      + (count > Self.shownCount ? " and \(count - Self.shownCount) more" : "")
  }

  /// A line of shell for each.
  var removals: String {
    let lines = prefix(Self.shownCount).compactMap(\.removalLine)
    return lines.isEmpty ? "use the token's own tool" : lines.joined(separator: "; ")
  }
}
