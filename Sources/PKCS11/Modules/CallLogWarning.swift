internal import Signing

/// What a person must know of a module whose calls are written down.
enum CallLogWarning {
  /// `log` is what writes them, as `Module.callLog` names it.
  static func text(_ log: String, of module: String) -> String {
    "calls to the module \(naming: module) are written down by \(naming: log), PINs in clear text with them"
  }
}
