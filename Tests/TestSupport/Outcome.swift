/// How a command ended, and its whole output.
public struct Outcome: Equatable, Sendable, CustomStringConvertible {
  /// The exit status, or 128 and the signal's number, as shells count.
  public let status: Int32
  public let output: String
  public let error: String

  public init(status: Int32, output: String = "", error: String = "") {
    self.status = status
    self.output = output
    self.error = error
  }

  public var description: String { "status \(status)\n--- output\n\(output)--- error\n\(error)---" }
}
