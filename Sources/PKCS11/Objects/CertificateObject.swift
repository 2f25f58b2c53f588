import CP11Kit
public import Messages
public import Signing

/// An X.509 certificate on a token.
struct CertificateObject: Sendable {
  let label, id: [UInt8]
  /// DER that was not parsed yet.
  let value: [UInt8]

  /// The certificates that were found, and those that could not be read.
  struct Found: Sendable {
    var certificates: [CertificateObject] = []
    var failures: [DeviceError] = []
    /// The number of certificates, including those that were not read.
    var count = 0
  }

  private static let attributes = [CKA_VALUE, CKA_CERTIFICATE_TYPE, CKA_LABEL, CKA_ID]

  /// The first ones that a search finds. One that cannot be read is reported, and does not hide the others.
  static func found(
    by search: ObjectSearch, in session: Session, atMost most: Int = ObjectSearch.mostObjects
  ) throws(DeviceError) -> Found {
    let handles = try search.handles(in: session)
    var found = Found(count: handles.count)
    for handle in handles.prefix(most) {
      do throws(DeviceError) {
        if let certificate = try CertificateObject(handle, in: session) { found.certificates.append(certificate) }
      } catch {
        if error.endsReading { throw error }
        found.failures.append(error)
      }
    }
    return found
  }

  /// Nil for a certificate of another kind, and for one that is stored elsewhere (`CKA_URL`), which is not
  /// fetched.
  private init?(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    let attributes = try ObjectAttributes(Self.attributes, of: handle, in: session)
    let isX509 = try attributes.number(CKA_CERTIFICATE_TYPE).map { $0 == CKC_X_509 } ?? true
    guard isX509, let value = try attributes.bytes(CKA_VALUE) else { return nil }
    self.value = value
    label = try attributes[CKA_LABEL] ?? []
    id = try attributes[CKA_ID] ?? []
  }

  /// The DER of one object; nil if it does not show it.
  static func value(of handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) -> [UInt8]? {
    try CertificateObject(handle, in: session)?.value
  }

  /// The attributes that name it on its token, and that lead from a reference to its key.
  var uriValues: [URIAttribute: [UInt8]] { URIAttribute.values(label: label, id: id, type: nil) }
}

extension PKCS11Backend {
  /// The certificates that a reference matches, in the order of the token, as far as they are visible without a
  /// login.
  ///
  /// A reference to a key matches the certificates with its id. Throws `malformed-key-reference`,
  /// `no-such-token`, `no-certificate`, `malformed-certificate` and `device-failed`.
  public func certificates(at reference: KeyReference) throws(KeyError) -> [Certificate] {
    let uri = try PKCS11URI(reference)
    let matcher = try URIMatcher(uri)
    var certificates: [Certificate] = []
    var failure: DeviceError?
    for connection in try connections(for: uri, matcher) {
      let found = try objects(matching: uri, on: connection)
      failure = failure ?? found.failures.first
      for object in found.certificates {
        do throws(KeyError) {
          certificates.append(try cryptography.certificate(der: object.value.span))
        } catch {
          let name = uri.naming(connection.token.uriValues.merging(object.uriValues) { $1 })
          throw KeyError(
            id: error.id, "the certificate \(naming: name) cannot be read: \(error.message)", hint: error.hint)
        }
      }
    }
    if certificates.isEmpty {
      // One that is there and cannot be read may be the one that is meant.
      if let failure { throw failure.keyError }
      throw KeyError(
        .noCertificate, "no certificate matches \(naming: reference)",
        hint: "see what is there with keyroll keys; its references can be copied")
    }
    return certificates
  }

  private func objects(
    matching uri: PKCS11URI, on connection: TokenConnection
  ) throws(KeyError) -> CertificateObject.Found {
    let isOfKey = uri.text(.type).map { !$0.utf8.elementsEqual("cert".utf8) } ?? false
    var found = try KeyError.passing { () throws(DeviceError) in
      try connection.pool.withSession { (session) throws(DeviceError) in
        try CertificateObject.found(by: ObjectSearch(CKO_CERTIFICATE, id: uri[.id]), in: session)
      }
    }
    // The label of a key is not always that of its certificate.
    guard let label = uri[.object], !(isOfKey && uri[.id] != nil) else { return found }
    found.certificates.removeAll { $0.label != label }
    return found
  }
}
