import ArgumentParser
import Keyroll

/// What the user decides about header and dates of a token; the rest follows from the profile and the key.
struct DraftOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = ["--hint"]

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The signature algorithm; the default is the profile's.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @Option(
    name: .customLong("hint"),
    help: ArgumentHelp(
      "A header name that tells the key, in place of the profile's own; may be repeated.", valueName: "name"))
  var hints: [KeyHint] = []

  @Flag(name: .customLong("x5c"), help: "Add the certificate chain to the header, beside the other hints.")
  var includesCertificates = false

  @Option(
    name: .customLong("key-id"),
    help: ArgumentHelp("The kid to write, where the issuer knows the key by an id.", valueName: "text"))
  var keyID: String?

  @Flag(name: .customLong("iat"), help: "Write the time of signing as iat where the profile leaves it open.")
  var includesIssuedAt = false

  @OptionGroup var clock: ClockOptions
  @OptionGroup var window: WindowOptions

  /// What is asked of the profile; every request has an identifier of its own.
  func request(for profile: Profile, claims: JSONObject) throws -> DraftRequest {
    let time = try clock.now()
    var generator = SystemRandomNumberGenerator()
    var request = DraftRequest(time: time, identifier: UniqueIdentifier.uuid(using: &generator), claims: claims)
    request.notBefore = try window.notBefore(from: time)
    request.lifetime = try window.span()
    request.includesIssuedAt = includesIssuedAt
    request.keyID = keyID.map(ExactText.init(_:))
    var hints = self.hints.isEmpty ? profile.hints : self.hints
    if keyID != nil { hints.append(.kid) }
    if includesCertificates { hints.append(.x5c) }
    request.hints = hints
    return request
  }
}
