import Keyroll

/// Makes a folder that adds a certificate to an application, signed with a key of it in a PFX file, and judges what was written.
func makeAndCheck(
  adding newCertificate: Span<UInt8>, to application: ExactText, key path: String, folder: String, now: NumericDate,
  secrets: any SecretProvider
) throws -> RequestReport.Verdict {
  let toolkit = Toolkit.openSSL()
  let added = try toolkit.cryptography.certificate(der: newCertificate)

  // Without a key: whether the certificate may be added at all.
  let address = try GraphAddress(collection: .applications, name: .objectID(application), action: .addKey)
  let unsigned = try UnsignedRequest.addKey(NewCertificate(added), to: address, of: application, at: now)

  // With the key: the proof, in a request that passes the same checks as one from elsewhere.
  let key = KeyRequest(
    try toolkit.keys.reference("pfx:\(path)"), algorithm: .rs256, at: now.seconds, secrets: secrets)
  let signer = try toolkit.keys.signer(for: key)
  let made = try unsigned.signed(DraftRequest(time: now), by: signer, with: toolkit)
  try made.folder.write(to: folder)
  print("send it", made.window)

  // On the other side: what was carried there, judged by what is known there.
  var check = CheckRequest(toolkit)
  if let certificate = signer.certificates.first {
    check.keys = [
      TrustedKey(try toolkit.cryptography.verifier(for: certificate.publicKey), certificate: certificate)
    ]
  }
  check.expected = RequestExpectation(newCertificate: added, objectID: application, hosts: .cloud(.global))
  let report = check.report(on: try ReceivedRequest(at: folder), at: now)
  for problem in report.failedChecks + report.warnings { print(problem.id, problem.finding?.message ?? "") }
  return report.verdict
}
