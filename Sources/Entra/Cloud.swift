/// One of the national clouds that Microsoft runs, with the hosts that its tokens name.
@nonexhaustive
public enum Cloud: String, Sendable, Hashable, CaseIterable {
  case global
  /// GCC High.
  case usGov = "usgov"
  case usGovDoD = "usgov-dod"
  case china

  /// The host of the token endpoint, which is the host in `aud`.
  public var loginHost: String {
    switch self {
    case .global: "login.microsoftonline.com"
    case .usGov, .usGovDoD: "login.microsoftonline.us"
    case .china: "login.partner.microsoftonline.cn"
    }
  }

  /// Another name of the same host, where there is one.
  public var loginHostAlias: String? { self == .china ? "login.chinacloudapi.cn" : nil }

  /// Every name of the host of the token endpoint.
  var loginHosts: [String] { [loginHost] + [loginHostAlias].compactMap(\.self) }

  public var graphHost: String {
    switch self {
    case .global: "graph.microsoft.com"
    case .usGov: "graph.microsoft.us"
    case .usGovDoD: "dod-graph.microsoft.us"
    case .china: "microsoftgraph.chinacloudapi.cn"
    }
  }
}
