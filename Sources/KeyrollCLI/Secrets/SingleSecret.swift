import Keyroll

/// Answers every request with the one secret that is known.
struct SingleSecret: SecretProvider {
  private let secret: SharedSecret

  init(copying secret: borrowing SecretBytes) {
    self.secret = SharedSecret(secret.withBytes { SecretBytes(copying: $0) })
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { secret.copy }
}
