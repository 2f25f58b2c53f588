import Foundation

/// The sign call of a key vault on the loopback interface, by the Python of the judges, while this object exists.
public final class VaultStandIn {
  /// The access token that it asks for.
  public static let token = "stand-in-access-token"

  /// As a vault names a key of this version.
  public let key: String
  private let process: Int32

  /// Signs with a key in a file.
  public init(key path: String) throws {
    let version = "0123456789abcdef0123456789abcdef"
    let started = try Judge.run(script: "vault_stand_in", [path, "rollover", version, Self.token])
    let numbers = started.output.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    guard started.status == 0, numbers.count == 2 else { throw SystemFailure("\(started)", code: ECHILD) }
    key = "http://127.0.0.1:\(numbers[0])/keys/rollover/\(version)"
    process = numbers[1]
  }

  deinit { kill(process, SIGTERM) }
}
