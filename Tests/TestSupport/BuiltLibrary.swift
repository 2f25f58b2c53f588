import Foundation

/// A library of `Tests/Libraries`, built with the system's C compiler.
public enum BuiltLibrary: String, Sendable {
  case clock, mark, provider, refuse

  /// Puts a copy into a folder under this name, and returns its path.
  public func copy(into folder: TemporaryFolder, as name: String) throws -> String {
    let built =
      switch self {
      case .clock: Self.builtClock
      case .mark: Self.builtMark
      case .provider: Self.builtProvider
      case .refuse: Self.builtRefuse
      }
    return try folder.write(try built.get(), to: name)
  }

  private static let builtClock = clock.built(with: [])
  private static let builtMark = mark.built(with: [])
  private static let builtProvider = provider.built(with: ["-lcrypto"])
  private static let builtRefuse = refuse.built(with: ["-ldl"])

  private func built(with libraries: [String]) -> Result<[UInt8], any Error> {
    Result {
      let folder = try TemporaryFolder()
      let source = checkout.appending(path: "Tests/Libraries/\(rawValue).c").path
      let outcome = try Judge.run(
        "/usr/bin/cc",
        ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"]
          + ["-o", folder.path("library.so"), source] + libraries)
      guard outcome.status == 0 else { throw SystemFailure("cc: \(outcome)", code: EIO) }
      return try folder.bytes("library.so")
    }
  }
}
