/// Is told of every call to a module, on the thread that calls: one that does not come back can then be named.
public protocol CallObserver: Sendable {
  /// `function` is spelt as in the standard, such as `C_Sign`; `C_GetFunctionList` begins with the
  /// loading of the module, and `dlclose` is its end.
  ///
  /// - Parameter waitsForPerson: true for a call that takes as long as somebody takes to type a PIN at the token.
  func willCall(_ function: StaticString, ofModule module: String, waitsForPerson: Bool)
  /// The call that this thread announced last is over.
  func didReturn()
  /// Something that a person must know before a PIN is given, such as that PINs are written down.
  func didNotice(_ warning: String)
}
