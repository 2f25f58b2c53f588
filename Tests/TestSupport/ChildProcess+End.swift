import Foundation

extension ChildProcess {
  /// Waits until a process that may not be a child has ended; throws if it lives on.
  public static func waitForEnd(ofAny identifier: Int32) throws {
    // Only a process that nobody has ended comes near the last round.
    for _ in 0..<6_000 {
      let line = (try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ""
      // A process that nobody has waited for yet has ended all the same; its state follows the name in
      // parentheses.
      guard let state = line.split(separator: ")").last?.split(separator: " ").first, state != "Z" else { return }
      usleep(10_000)
    }
    throw SystemFailure("the process \(identifier) lives on", code: EBUSY)
  }
}
