/// Is told of every call to a module, on the thread that calls: one that does not come back can then be named.
public protocol CallObserver: Sendable {
  /// `function` is spelt as in the standard, such as `C_Sign`.
  func willCall(_ function: StaticString, ofModule module: String)
  /// The call that this thread announced last is over.
  func didReturn()
}
