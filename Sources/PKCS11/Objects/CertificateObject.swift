internal import CP11Kit

/// An X.509 certificate on a token.
struct CertificateObject: Sendable {
  let label, id: [UInt8]
  /// DER, which nobody has looked at yet.
  let value: [UInt8]

  /// What was found, and what was found and could not be read.
  struct Found: Sendable {
    var certificates: [CertificateObject] = []
    var failures: [DeviceError] = []
    /// How many there are, those that were not read with them.
    var count = 0
  }

  private static let attributes = [CKA_VALUE, CKA_CERTIFICATE_TYPE, CKA_LABEL, CKA_ID]

  /// The first of those that a search finds; one that cannot be read is told of, and does not hide the others.
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

  /// Nil for a certificate of another kind, and for one that lies elsewhere (`CKA_URL`), which is not fetched.
  private init?(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    let attributes = try ObjectAttributes(Self.attributes, of: handle, in: session)
    let isX509 = try attributes.number(CKA_CERTIFICATE_TYPE).map { $0 == CKC_X_509 } ?? true
    guard isX509, let value = try attributes.bytes(CKA_VALUE) else { return nil }
    self.value = value
    label = try attributes[CKA_LABEL] ?? []
    id = try attributes[CKA_ID] ?? []
  }

  /// The attributes that name it on its token, and by which a reference leads to its key.
  var uriValues: [URIAttribute: [UInt8]] { URIAttribute.values(label: label, id: id, type: nil) }
}
