import Keyroll

/// Opens the key that the user names, wherever it is.
struct KeyOpening {
  /// As the user wrote it.
  let key: String
  let access: KeyAccess
  /// Certificates given beside the key, and where they came from.
  let certificates: [Certificate]
  let certificateSource: String?
  /// What the service would answer to tokens of a key that is refused here.
  var answerToKey: (KeyError.Code) -> String? = { _ in nil }

  /// Asks for secrets where it must, says what the signer has to say, and blocks.
  func signer(for algorithm: SignatureAlgorithm, on device: PKCS11Backend) throws -> any Signer {
    let registry = KeyRegistry(
      FileBackend(certificates: certificates), PEMBackend(certificates: certificates),
      PFXBackend(certificates: certificates), device, try access.signer.backend(certificates: certificates))
    do throws(KeyError) {
      let signer = try registry.signer(
        for: try registry.reference(key), algorithm: algorithm,
        secrets: try access.secrets.provider(pin: access.device.source))
      signer.notes.forEach(Diagnostics.warning)
      return signer
    } catch {
      throw explained(error, schemes: registry.schemes)
    }
  }

  /// What the reader of the key cannot know: how it was named, where its certificate came from, and who will judge it.
  private func explained(_ error: KeyError, schemes: [String]) -> KeyError {
    if error.code == .fileUnreadable, let misreading = KeyArgument(text: key).misreading(schemes: schemes) {
      return misreading
    }
    if error.code == .certificateMismatch, let certificateSource {
      return KeyError(
        error.code, "no certificate in \(certificateSource) belongs to the private key at \(key)",
        hint: error.hint)
    }
    if let answer = answerToKey(error.code) { return KeyError(error.code, error.message, hint: answer) }
    return error
  }
}
