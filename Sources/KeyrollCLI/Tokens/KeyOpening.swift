import Keyroll

/// Opens the key that the user names, wherever it is.
struct KeyOpening {
  let key: KeyReference
  let access: KeyAccess
  /// Certificates given beside the key, and where they came from.
  let certificates: [Certificate]
  let certificateSource: String?
  /// When the token will be used: of several certificates over the key the one that is valid then is meant.
  let time: NumericDate
  /// True where the certificates of its issuers are wanted too.
  var needsChain = false
  /// What the service would answer to tokens of a key that is refused here.
  var answerToKey: (KeyError.Code) -> String? = { _ in nil }
  /// True where the certificates must be among those that come with the key, where any do.
  var requiresOwnCertificate = false

  /// Asks for secrets where it must, says what the signer has to say, and blocks.
  func signer(for algorithm: SignatureAlgorithm, on device: PKCS11Backend) throws -> any Signer {
    let registry = KeyRegistry(
      FileBackend(), PEMBackend(), PFXBackend(), device, try access.signer.backend())
    do throws(KeyError) {
      let secrets = try access.secrets.provider(pin: access.device.source)
      var request = KeyRequest(
        key, algorithm: algorithm, certificates: certificates, at: time.seconds, secrets: secrets,
        requiresOwnCertificate: requiresOwnCertificate)
      request.certificateSource = certificateSource
      request.needsChain = needsChain
      let signer = try registry.signer(for: request)
      signer.notes.forEach(Diagnostics.warning)
      return signer
    } catch {
      throw explained(error)
    }
  }

  /// What the reader of the key cannot know: how it was named, where its certificate came from, and who will judge it.
  private func explained(_ error: KeyError) -> KeyError {
    if error.code == .fileUnreadable, let misreading = KeySchemes.misreading(of: key) {
      return misreading
    }
    if error.code == .certificateMismatch, let certificateSource {
      return KeyError(
        id: error.id,
        "no certificate in \(naming: certificateSource) belongs to the private key at \(naming: KeySchemes.text(of: key))",
        hint: error.hint)
    }
    if let answer = error.code.flatMap(answerToKey) { return KeyError(id: error.id, error.message, hint: answer) }
    return error
  }
}
