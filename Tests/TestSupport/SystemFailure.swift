import Foundation

/// A system call that a test needs and that failed.
public struct SystemFailure: Error, CustomStringConvertible {
  public let description: String

  public init(_ call: String, code: Int32? = nil) {
    description = unsafe "\(call): \(String(cString: strerror(code ?? errno)))"
  }
}
