import Messages

/// Is told of the programs that sign, on the thread that waits for them.
public protocol ProgramObserver: Sendable {
  /// A program is about to be started: returns a descriptor that becomes readable when it must be ended early, or nil.
  func willStart() -> Int32?
  /// The program wrote this line to its standard error; it comes from somebody else, so show it as a `ForeignText`.
  func didWrite(_ line: String)
  /// The program and what it has left behind are gone.
  func didEnd()
}
