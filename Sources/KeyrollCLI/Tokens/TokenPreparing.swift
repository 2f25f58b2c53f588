import Glibc
import Keyroll

/// What the preparing commands have in common: judge, draft, judge again, and write what is carried to the signer.
struct TokenPreparing {
  let options: PreparingOptions
  let profile: ProfileReference
  var claims = JSONObject()
  /// What the command reads besides the certificate, such as a profile.
  var otherInputs = CommandInputs()

  func run() throws {
    var inputs = otherInputs
    try inputs.append(certificates: [options.certificate])
    try inputs.requireOneReaderOfStandardInput()
    let destination = try options.output.destination(sparing: inputs)
    if let form = options.form { try StandardOutput.refuseTerminal(for: form) }
    let drafting = TokenDrafting(options: options.draft, profile: profile, claims: claims)
    let (request, algorithm) = try drafting.request()
    let certificates = try CertificateFiles.chain(in: options.certificate, at: request.notBefore ?? request.time)
    let prepared = try prepare(request, drafting, algorithm, certificates)
    let json = JSONValue.object(prepared.json)
    let text = EscapedJSON(JSONWriter.indentedText(json)).description + "\n"
    try requireReadable(text)
    let form = try options.form.map { form throws(SigningRequestError) in try prepared.bytes(as: form) }
    try destination.write(text, inCodes: EscapedJSON(JSONWriter.text(json)).description)
    do throws(CommandError) { if let form { try StandardOutput.write(form) } } catch {
      // Half of what was asked for is nothing.
      destination.remove()
      throw error
    }
    if prepared.window.end != nil { Diagnostics.note("to be signed and used \(prepared.window)") }
  }

  private func prepare(
    _ request: DraftRequest, _ drafting: TokenDrafting, _ algorithm: SignatureAlgorithm, _ certificates: [Certificate]
  ) throws -> SigningRequest {
    guard let leaf = certificates.first else {
      throw KeyError(.noCertificate, "\(naming: options.certificate) holds no certificate")
    }
    let judge = try drafting.profile(for: leaf.publicKey)
    let draft = try judge.draft(
      request, algorithm: algorithm, publicKey: leaf.publicKey, certificates: certificates)
    let prepared = try SigningRequest(
      draft, by: profile, algorithm: algorithm, certificates: certificates, cryptography: OpenSSLCryptography())
    let warnings = try prepared.judge(
      by: judge, at: request.time, cryptography: OpenSSLCryptography(),
      refusing: "the signing request was not prepared")
    Diagnostics.warn(of: warnings)
    return prepared
  }

  /// What leaves can be taken again: the text is read as the signer's side will read it.
  private func requireReadable(_ text: String) throws(SigningRequestError) {
    do throws(SigningRequestError) {
      _ = try SigningRequest(Array(text.utf8).span, cryptography: OpenSSLCryptography())
    } catch {
      throw SigningRequestError(
        id: error.id, "the signing request was not prepared, for nobody could read it: \(error.message)")
    }
  }
}
