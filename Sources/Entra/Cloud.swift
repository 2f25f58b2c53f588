import Encodings
import Messages
import Tokens

/// One of the national clouds that Microsoft runs, with the hosts that its tokens name.
@nonexhaustive
public enum Cloud: String, Sendable, Hashable, CaseIterable {
  /// The public cloud, with the login host `login.microsoftonline.com`.
  case global
  /// GCC High.
  case usGov = "usgov"
  /// The cloud of the Department of Defense, which shares its login host with GCC High.
  case usGovDoD = "usgov-dod"
  /// The cloud of 21Vianet in China.
  case china

  /// The host of the token endpoint, which is the host in `aud`.
  public var loginHost: String {
    switch self {
    case .global: "login.microsoftonline.com"
    case .usGov, .usGovDoD: "login.microsoftonline.us"
    case .china: "login.partner.microsoftonline.cn"
    }
  }

  /// Another name of the same host, if there is one.
  public var loginHostAlias: String? { self == .china ? "login.chinacloudapi.cn" : nil }

  /// Every name of the host of the token endpoint.
  var loginHosts: [String] { [loginHost] + [loginHostAlias].compactMap(\.self) }

  /// The host of Microsoft Graph.
  public var graphHost: String {
    switch self {
    case .global: "graph.microsoft.com"
    case .usGov: "graph.microsoft.us"
    case .usGovDoD: "dod-graph.microsoft.us"
    case .china: "microsoftgraph.chinacloudapi.cn"
    }
  }
}

extension [String] {
  /// True if the host is one of these, byte for byte: the value that is compared is the one that is posted to.
  func containsHost(_ host: String) -> Bool { contains { $0.utf8.elementsEqual(host.utf8) } }
}

/// The values that name the object, application, tenant or host, in the form for profiles and addresses.
///
/// Each throws `malformed-parameter` for anything else; letters keep their case.
enum DirectoryName {
  static func guid(_ value: ExactText, _ subject: String) throws(ProfileError) -> ExactText {
    if TextForm.guid.matches(value) { return value }
    throw ProfileError(
      .malformedParameter, "\(subject) is \(naming: value), not a GUID",
      hint: "it looks like 3f2504e0-4f89-41d3-9a0c-0305e82c3301 and is on the object's overview page")
  }

  /// The same for a value that may be unknown.
  static func guid(_ value: ExactText?, _ subject: String) throws(ProfileError) -> ExactText? {
    guard let value else { return nil }
    let known: ExactText = try guid(value, subject)
    return known
  }

  static func tenant(_ tenant: ExactText) throws(ProfileError) -> ExactText {
    // `common` and the like, which name no directory, have no dot.
    if TextForm.guid.matches(tenant) || TextForm.hostName.matches(tenant) { return tenant }
    throw ProfileError(
      .malformedParameter, "the tenant is \(naming: tenant), which is neither a GUID nor a domain",
      hint: "give the directory (tenant) id or a domain such as contoso.onmicrosoft.com")
  }

  static func loginHost(_ host: String) throws(ProfileError) -> String {
    try self.host(host, "the login host", example: Cloud.usGov.loginHost)
  }

  static func graphHost(_ host: String) throws(ProfileError) -> String {
    try self.host(host, "the Graph host", example: Cloud.usGov.graphHost)
  }

  private static func host(_ host: String, _ subject: String, example: String) throws(ProfileError) -> String {
    if TextForm.hostName.matches(ExactText(host)) { return host }
    throw ProfileError(
      .malformedParameter, "\(subject) is \(naming: host), which is not the name of a host",
      hint: "give it alone, such as \(example)")
  }
}

extension ExactText {
  /// Compares as GUIDs and host names are compared: ASCII letters of either case are the same.
  func isSameName(as other: ExactText) -> Bool { ASCII.isEqualIgnoringCase(text, other.text) }
}
