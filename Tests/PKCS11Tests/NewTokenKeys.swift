import Foundation
import Messages
import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport

/// Keys that tests make on SoftHSM tokens of their own, behind a module that fails as planned.
final class NewTokenKeys: Sendable {
  let token: ThrowawayToken
  let fault: FaultModule

  init(plan: [String] = []) throws {
    token = try SharedToken.softHSM().copy()
    fault = try FaultModule(overTokens: token, plan: plan)
  }

  func uri(_ selection: String) -> String { "pkcs11:token=keyroll;\(selection)?module-path=\(fault.path)" }

  static func backend() -> PKCS11Backend { PKCS11Backend(cryptography: OpenSSLCryptography()) }

  static func maker(
    _ uri: String, _ backend: PKCS11Backend, secrets: any SecretProvider = FixedSecrets(ThrowawayToken.pin)
  ) throws -> TokenKeyMaker {
    try TokenKeyMaker(backend, at: KeyReference(uri, of: [PKCS11URI.syntax]), secrets: secrets)
  }

  static func certificate(_ signer: any Signer, serialNumber: [UInt8]? = nil) throws -> Certificate {
    let encoder = OpenSSLCertificateEncoder()
    let contents = try CertificateContents(
      serialNumber: serialNumber ?? encoder.newSerialNumber(),
      subject: encoder.subject(DistinguishedName("Payroll exporter 2027")), life: CertificateLife(at: 1_800_000_000))
    return try CertificateIssuer(encoder, OpenSSLCryptography()).certificate(contents, signedBy: signer)
  }

  /// The notes of a run, and its error.
  struct Run {
    var finished: FinishedKey?
    var stored: StoredCertificate?
    var error: (any DiagnosticError)?
    var leftovers: [TokenObject] = []
  }

  /// The steps of the command: after an error of any step except the last, the key is removed
  /// again.
  func run(_ uri: String, stores: Bool = false) throws -> Run {
    let backend = Self.backend()
    defer { backend.close() }
    let maker = try Self.maker(uri, backend)
    var run = Run()
    do {
      let key = try maker.make(KeyDescription(rsaBitCount: 2048))
      let certificate: Certificate
      do {
        certificate = try Self.certificate(try key.signer(for: .rs256))
        run.finished = try key.finish(with: certificate)
      } catch {
        try key.discard()
        throw error
      }
      if stores, let finished = run.finished {
        run.stored = try backend.store(
          certificate, besideKeyAt: KeyReference(finished.reference, of: [PKCS11URI.syntax]),
          secrets: FixedSecrets(ThrowawayToken.pin))
      }
    } catch {
      run.error = error as? any DiagnosticError
    }
    run.leftovers = maker.leftovers
    return run
  }

  /// The kinds of objects with the label, as OpenSC sees them without our module.
  func kinds(labelled label: String) throws -> [String] {
    let outcome = try token.run(
      "/usr/bin/pkcs11-tool",
      [
        "--module", token.module, "--token-label", "keyroll", "--login", "--pin", ThrowawayToken.pin, "--list-objects",
      ])
    guard outcome.status == 0 else { throw SystemFailure("pkcs11-tool: \(outcome)", code: EIO) }
    var (kinds, kind): ([String], String?) = ([], nil)
    for line in outcome.output.split(separator: "\n") {
      if let end = line.range(of: " Object;") { kind = String(line[..<end.lowerBound]) }
      let words = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if words == ["label", label], let kind { kinds.append(kind) }
    }
    return kinds.sorted()
  }

  /// A key that others have made there, under this label.
  func makeByOpenSC(label: String, id: String) throws {
    let outcome = try token.run(
      "/usr/bin/pkcs11-tool",
      [
        "--module", token.module, "--token-label", "keyroll", "--login", "--pin", ThrowawayToken.pin, "--keypairgen",
        "--key-type", "rsa:2048", "--label", label, "--id", id,
      ])
    guard outcome.status == 0 else { throw SystemFailure("pkcs11-tool: \(outcome)", code: EIO) }
  }
}

extension TokenObject {
  /// OpenSC's name for the kind.
  var kindOfOpenSC: String {
    switch kind {
    case .privateKey: "Private Key"
    case .publicKey: "Public Key"
    default: "Certificate"
    }
  }
}
