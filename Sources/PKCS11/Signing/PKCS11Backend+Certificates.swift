internal import CP11Kit
public import Messages
public import Signing

extension PKCS11Backend {
  /// The certificates that a reference means, in the order of the token; those that no login hides.
  ///
  /// A reference to a key means the certificates with its id. Throws `malformed-key-reference`, `no-such-token`,
  /// `no-certificate`, `malformed-certificate` and `device-failed`.
  public func certificates(at reference: KeyReference) throws(KeyError) -> [Certificate] {
    let uri = try PKCS11URI(reference)
    let matcher = try URIMatcher(uri)
    var certificates: [Certificate] = []
    for connection in try connections(for: uri, matcher) {
      for object in try objects(matching: uri, on: connection) {
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
      throw KeyError(
        .noCertificate, "no certificate matches \(naming: reference)",
        hint: "see what is there with keyroll keys; its references can be copied")
    }
    return certificates
  }

  private func objects(matching uri: PKCS11URI, on connection: TokenConnection) throws(KeyError) -> [CertificateObject]
  {
    let isOfKey = uri.text(.type).map { !$0.utf8.elementsEqual("cert".utf8) } ?? false
    do throws(DeviceError) {
      return try connection.pool.withSession { (session) throws(DeviceError) in
        let search = ObjectSearch(CKO_CERTIFICATE, id: uri[.id])
        let objects = try CertificateObject.found(by: search, in: session).certificates
        // The label of a key is not always that of its certificate.
        guard let label = uri[.object], !(isOfKey && uri[.id] != nil) else { return objects }
        return objects.filter { $0.label == label }
      }
    } catch {
      throw error.keyError
    }
  }
}
