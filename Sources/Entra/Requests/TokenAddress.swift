public import Encodings
public import Tokens

/// The token endpoint of a tenant (OAuth 2.0, RFC 6749, section 3.2).
public struct TokenAddress: Sendable, Hashable {
  public let host: String
  public let tenant: ExactText

  /// Throws `malformed-parameter` for a host that is more than the name of one, and a tenant that is neither GUID nor domain.
  public init(host: String = Cloud.global.loginHost, tenant: ExactText) throws(ProfileError) {
    try Profile.requireHost(host, "the login host", example: Cloud.usGov.loginHost)
    self.host = host
    self.tenant = try Profile.validTenant(tenant)
  }
}

extension TokenAddress: CustomStringConvertible {
  public var description: String { AudienceForm.token.audience(host: host, tenant: tenant).text }

  /// Reads what `description` writes; nil for anything else.
  init?(_ text: String) {
    guard let parts = RequestAddress.parts(of: text), parts.count == 5,
      let address = try? TokenAddress(host: parts[0], tenant: ExactText(parts[1])),
      address.description.utf8.elementsEqual(text.utf8)
    else { return nil }
    self = address
  }

  /// The scope of everything that the application was granted in Graph; throws `malformed-parameter` for a host that is none.
  public static func graphScope(host: String) throws(ProfileError) -> ExactText {
    try Profile.requireHost(host, "the Graph host", example: Cloud.usGov.graphHost)
    return ExactText("https://\(host)/.default")
  }
}
