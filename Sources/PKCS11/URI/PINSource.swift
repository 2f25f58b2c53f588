/// The file that `pin-source` names; commands (`|…`) and other schemes are no sources here.
struct PINSource: Sendable, Hashable {
  let path: String

  /// Takes `file:/path` and `file:///path`; nil for anything else.
  init?(_ value: [UInt8]) {
    guard let text = String(validating: value, as: UTF8.self), text.utf8.starts(with: Self.scheme.utf8) else {
      return nil
    }
    var path = Substring(text.utf8.dropFirst(Self.scheme.utf8.count))
    if path.utf8.starts(with: "//".utf8) { path = Substring(path.utf8.dropFirst(2)) }
    guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.dropFirst().starts(with: "/".utf8) else { return nil }
    self.path = String(path)
  }

  private static let scheme = "file:"
}
