import Glibc
import Keyroll

/// Makes a key on a token and its certificate, in the steps of the command, so that tests can end the process between any two.
///
/// `KeyMakingDriver create REFERENCE OUTPUT [STEP]` ends itself as `kill -9` does after the step `made`, `signed`, `finished`,
/// `written` or `stored`; `KeyMakingDriver certificate REFERENCE OUTPUT` makes a certificate for a key that exists.
@main
struct KeyMakingDriver {
  private static let pin = "24681357"
  private static let now: Int64 = 1_800_000_000

  static func main() {
    let arguments = CommandLine.arguments.dropFirst().map(\.self)
    guard arguments.count >= 3 else { exit(64) }
    let backend = PKCS11Backend(cryptography: OpenSSLCryptography())
    var status: Int32 = 0
    do {
      let reference = try KeyReference(arguments[1], of: [PKCS11URI.syntax])
      if arguments[0] == "certificate" {
        try certify(reference, backend, to: arguments[2])
      } else {
        try create(reference, backend, to: arguments[2], endingAfter: arguments.count > 3 ? arguments[3] : nil)
      }
    } catch {
      print(error)
      if let hint = (error as? any DiagnosticError)?.hint { print(hint) }
      status = 1
    }
    backend.close()
    exit(status)
  }

  private static func create(
    _ reference: KeyReference, _ backend: PKCS11Backend, to output: String, endingAfter last: String?
  ) throws {
    func done(_ step: String) { if step == last { raise(SIGKILL) } }
    let maker = try TokenKeyMaker(backend, at: reference, secrets: Secrets(pin))
    let key: any MadeKey
    do {
      key = try maker.make(KeyDescription(rsaBitCount: 2048))
    } catch {
      for object in maker.objectsInTheWay + maker.leftovers {
        print("object \(object.reference)")
        if let line = object.removalLine { print("remove \(line)") }
      }
      throw error
    }
    done("made")
    let certificate = try issued(by: try key.signer(for: .rs256))
    done("signed")
    let finished = try key.finish(with: certificate)
    done("finished")
    try write(certificate, to: output)
    done("written")
    let stored = try backend.store(
      certificate, besideKeyAt: KeyReference(finished.reference, of: [PKCS11URI.syntax]), secrets: Secrets(pin))
    done("stored")
    print("made \(finished.reference)")
    print("stored \(stored.reference)")
  }

  private static func certify(_ reference: KeyReference, _ backend: PKCS11Backend, to output: String) throws {
    let request = KeyRequest(reference, algorithm: .rs256, at: now, secrets: Secrets(pin))
    try write(issued(by: try backend.signer(for: request)), to: output)
    print("made \(reference)")
  }

  private static func issued(by signer: any Signer) throws -> Certificate {
    let encoder = OpenSSLCertificateEncoder()
    let contents = try CertificateContents(
      serialNumber: encoder.newSerialNumber(), subject: encoder.subject(DistinguishedName("made by a test")),
      life: CertificateLife(at: now))
    return try CertificateIssuer(encoder, OpenSSLCryptography()).certificate(contents, signedBy: signer)
  }

  private static func write(_ certificate: Certificate, to path: String) throws {
    guard let file = unsafe fopen(path, "wxe") else {
      throw KeyError(.fileUnreadable, "no file can be made at \(path)")
    }
    unsafe fwrite(certificate.der, 1, certificate.der.count, file)
    unsafe fclose(file)
  }
}

private struct Secrets: SecretProvider {
  private let secret: [UInt8]

  init(_ secret: String) { self.secret = Array(secret.utf8) }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { SecretBytes(copying: secret.span) }
}
