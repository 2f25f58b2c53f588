import Keyroll

/// What a request is judged by that lies beside it, in the place of what the user did not give.
struct RequestEvidence {
  private let keys: [TrustedKey]
  private let keysOrigin: EvidenceOrigin
  private let registered: KeyCredentials?
  private let registeredOrigin: EvidenceOrigin
  /// The files that should hold it and do not, with what is wrong with each.
  let unreadable: [RequestFile: RequestError]

  /// `registered` is what the user gave; `hasKeys` is true where they named the certificate of the signing key too.
  init(
    in files: borrowing RequestSource, for address: RequestAddress, besides registered: KeyCredentials?, hasKeys: Bool
  ) {
    var unreadable: [RequestFile: RequestError] = [:]
    var keys: [TrustedKey] = []
    if !hasKeys {
      do throws(RequestError) { keys = try Self.keys(in: files, for: address) } catch {
        unreadable[.signingCertificate] = error
      }
    }
    var saved = registered
    if registered == nil {
      do throws(RequestError) { saved = try files.keyCredentials(for: address) } catch {
        unreadable[.keyCredentials] = error
      }
    }
    self.keys = keys
    keysOrigin = hasKeys ? .caller : .request
    self.registered = saved
    registeredOrigin = registered == nil ? .request : .caller
    self.unreadable = unreadable
  }

  /// Adds it to what the user gave, and says which is which.
  func complete(_ verifier: inout RequestVerifier) {
    verifier.keys += keys
    verifier.keysOrigin = keysOrigin
    verifier.newCertificates.registered = registered
    verifier.removal.registered = registered
    verifier.registeredOrigin = registeredOrigin
  }

  private static func keys(
    in files: borrowing RequestSource, for address: RequestAddress
  ) throws(RequestError) -> [TrustedKey] {
    guard let certificate = try files.certificate(.signingCertificate, for: address) else { return [] }
    do throws(KeyError) { return [try RequestKeyOptions.trustedKey(certificate)] } catch {
      let name = RequestFile.signingCertificate.name(for: address)
      throw RequestError(.fileDiffers, "\(name) is of a key that signs no tokens: \(error.message)")
    }
  }
}
