import CP11Kit
import Encodings
public import Messages
public import Signing

extension PKCS11Backend: CertificateStore {
  /// Stores the certificate beside its key, with the label and the id of the key.
  ///
  /// Throws `certificate-mismatch` if none of the keys that the reference matches is the key of the certificate,
  /// `several-keys` if several are, `certificate-not-stored` if the token did not accept it, `token-write-protected`
  /// and what opening a key throws.
  public func store(
    _ certificate: Certificate, besideKeyAt reference: KeyReference, secrets: any SecretProvider
  ) throws(KeyMakingError) -> StoredCertificate {
    let (uri, connection) = try KeyMakingError.passing { () throws(KeyError) in
      let uri = try PKCS11URI(reference)
      return (uri, try self.connection(for: uri))
    }
    let token = connection.token
    let info = try KeyMakingError.making(on: token) { () throws(DeviceError) in
      TokenInfo(try Token.info(of: token.slotID, in: token.module))
    }
    try token.requireWritable(info)
    let pin = PINRequest(uri: uri, secrets: secrets)
    var notes = connection.warnings(of: pin)
    notes += try KeyMakingError.passing { () throws(KeyError) in try connection.login(with: pin) ?? [] }
    let key = try key(of: certificate, uri, reference, on: connection)
    let storage = CertificateStorage(
      certificate: certificate, name: NewKeyName(label: key.label, id: key.id), uri: uri, connection: connection)
    return try storage.store(notes: notes)
  }

  /// The one key of the certificate among those that the reference matches.
  private func key(
    of certificate: Certificate, _ uri: PKCS11URI, _ reference: KeyReference, on connection: TokenConnection
  ) throws(KeyMakingError) -> KeyObject {
    let numbers = certificate.publicKey.rsa
    let cryptography = cryptography
    let matches = try KeyMakingError.making(on: connection.token) { () throws(DeviceError) in
      try connection.pool.withSession { (session) throws(DeviceError) in
        var found = try KeySearch(label: uri[.object], id: uri[.id], modulus: numbers?.modulus).keys(in: session).keys
        // Some keys do not contain their modulus, and some labels are padded.
        if found.isEmpty { found = try KeySearch(uri).keys(in: session).keys }
        if found.isEmpty { found = try KeySearch(uri).paddedKeys(in: session).keys }
        var matches: [KeyObject] = []
        for key in found {
          let search = PublicSideSearch(key: key, session: session, cryptography: cryptography, given: nil)
          let side = try search.side(wantsCertificates: false)
          if let numbers, side.numbers == numbers { matches.append(key) }
        }
        return matches
      }
    }
    guard let match = matches.first else {
      throw KeyMakingError(
        KeyError(
          .certificateMismatch,
          "no private key at \(naming: reference) belongs to the certificate \(Certificate.list([certificate]))",
          hint: "see what is there after a login"))
    }
    guard matches.count == 1 else {
      throw KeyMakingError(
        KeyError(
          .severalKeys, "\(naming: reference) matches \(matches.count) copies of the key of the certificate",
          hint: "name one of them by its id, as keyroll keys lists it"))
    }
    return match
  }

  /// The only token that the reference matches.
  func connection(for uri: PKCS11URI) throws(KeyError) -> TokenConnection {
    guard uri.selectsWithinModules else { throw PKCS11URI.malformed("names no token") }
    let connections = try connections(for: uri, URIMatcher(uri))
    guard let connection = connections.first, connections.count == 1 else {
      throw severalTokens(connections.map(\.token), uri)
    }
    return connection
  }
}

/// Stores one certificate on a token, once.
private struct CertificateStorage {
  let certificate: Certificate
  let name: NewKeyName
  let uri: PKCS11URI
  let connection: TokenConnection

  private var token: Token { connection.token }

  func store(notes: [String]) throws(KeyMakingError) -> StoredCertificate {
    if let found = try KeyMakingError.making(on: token, { () throws(DeviceError) in try stored() }) {
      let isElsewhere = found != name
      return StoredCertificate(
        reference: reference(to: found), isNew: false,
        notes: notes + (isElsewhere ? ["the certificate is on the token under another name than its key"] : []))
    }
    var kept: DeviceError?
    do throws(DeviceError) {
      let session = try connection.openWritingSession()
      let handle = try session.create(template)
      // A certificate that was cut or changed is worse than none.
      guard let stored = try CertificateObject.value(of: handle, in: session), stored == certificate.der else {
        do throws(DeviceError) { try session.destroy(handle) } catch { kept = error }
        throw DeviceError(
          function: "C_CreateObject", returnValue: ReturnValue(rawValue: CKR_ATTRIBUTE_VALUE_INVALID),
          module: session.module.name)
      }
    } catch {
      if let kept { throw remains(after: kept) }
      return try lookAgain(after: error, notes: notes)
    }
    return StoredCertificate(reference: reference(to: name), isNew: true, notes: notes)
  }

  /// What the token made of the certificate lies there still.
  private func remains(after failure: DeviceError) -> KeyMakingError {
    let object = TokenObject(.certificate, name, on: token, uri)
    return KeyMakingError(
      .certificateNotStored,
      "\(token.summary) changed the certificate, and what it stored could not be removed again: \(failure.message)",
      hint: object.removalLine.map { "remove it by hand: \($0)" } ?? "remove \(object.reference) by hand")
  }

  /// The answer may be wrong; it only matters whether the certificate is there.
  private func lookAgain(after failure: DeviceError, notes: [String]) throws(KeyMakingError) -> StoredCertificate {
    let found: NewKeyName?
    let error = failure.makingError(on: token)
    let next = "sign with ?certificate=FILE in the reference of the key"
    do throws(DeviceError) {
      connection.lose()
      try connection.recover()
      found = try stored()
    } catch {
      throw KeyMakingError(
        .certificateNotStored,
        "\(failure.message); whether the certificate is on \(token.summary) cannot be looked at: \(error.message)",
        hint: "look with keyroll certificate; if it is not there, \(next)")
    }
    guard let found else {
      throw KeyMakingError(
        .certificateNotStored, "the certificate is not on the token: \(error.message)",
        hint: error.hint.map { "\($0); or \(next)" } ?? next)
    }
    return StoredCertificate(
      reference: reference(to: found), isNew: true,
      notes: notes + ["the certificate is on the token, although it failed: \(failure.message)"])
  }

  /// The name of an equal certificate that already exists. NSS refuses a second one, and other modules accept it.
  private func stored() throws(DeviceError) -> NewKeyName? {
    try connection.pool.withSession { (session) throws(DeviceError) in
      // Not every module can compare a value of that length.
      for search in [
        ObjectSearch(CKO_CERTIFICATE, value: certificate.der),
        ObjectSearch(CKO_CERTIFICATE, subject: certificate.subjectDER), ObjectSearch(CKO_CERTIFICATE, id: name.id),
      ] {
        let found = try CertificateObject.found(by: search, in: session).certificates
        if let equal = found.first(where: { $0.value == certificate.der }) {
          return NewKeyName(label: equal.label, id: equal.id)
        }
      }
      return nil
    }
  }

  private var template: ObjectTemplate {
    var template = ObjectTemplate(CKO_CERTIFICATE)
    template.add(CKA_CERTIFICATE_TYPE, number: CKC_X_509)
    template.add(CKA_TOKEN, flag: true)
    template.add(CKA_PRIVATE, flag: false)
    template.add(CKA_LABEL, name.label)
    template.add(CKA_ID, name.id)
    template.add(CKA_SUBJECT, certificate.subjectDER)
    template.add(CKA_ISSUER, certificate.issuerDER)
    template.add(CKA_SERIAL_NUMBER, DERInteger.bytes(ofMagnitude: certificate.serialNumber))
    template.add(CKA_VALUE, certificate.der)
    return template
  }

  private func reference(to name: NewKeyName) -> String {
    let values = URIAttribute.values(label: name.label, id: name.id, type: "cert")
    return uri.naming(token.uriValues.merging(values) { $1 })
  }
}

/// A positive INTEGER in DER (X.690, section 8.3), as a token wants the serial number of a certificate.
package enum DERInteger {
  /// Its tag, length and contents; the magnitude is big-endian.
  package static func bytes(ofMagnitude magnitude: [UInt8]) -> [UInt8] {
    let needsZero = magnitude.first.map { $0 >= 0x80 } ?? true
    let content = (needsZero ? [0] : []) + magnitude
    var count = [UInt8(truncatingIfNeeded: content.count)]
    // A foreign authority may have a serial number that is longer than RFC 5280 lets it be (section 4.1.2.2).
    if content.count > 0x7F {
      let digits = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: content.count >> $0) }
      let significant = digits.drop { $0 == 0 }
      count = [0x80 | UInt8(significant.count)] + significant
    }
    return [0x02] + count + content
  }
}
