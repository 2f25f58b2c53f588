import Foundation

/// A library of `Tests/Libraries`, built with the system's C compiler.
public enum BuiltLibrary: String, Sendable {
  case clock, kill, mark, provider, refuse
  /// In C++, with the runtimes of the system or with its own ones and what the release binary has in their place.
  case exception, exceptionInside = "exception-inside"

  /// Puts a copy into a folder under this name, and returns its path.
  public func copy(into folder: TemporaryFolder, as name: String) throws -> String {
    let built =
      switch self {
      case .clock: Self.builtClock
      case .kill: Self.builtKill
      case .mark: Self.builtMark
      case .provider: Self.builtProvider
      case .refuse: Self.builtRefuse
      case .exception: Self.builtException
      case .exceptionInside: Self.builtExceptionInside
      }
    return try folder.write(try built.get(), to: name)
  }

  private static let builtClock = clock.built(with: [])
  private static let builtKill = kill.built(with: ["-ldl"])
  private static let builtMark = mark.built(with: [])
  private static let builtProvider = provider.built(with: ["-lcrypto"])
  private static let builtRefuse = refuse.built(with: ["-ldl"])

  private static let builtException = Result { try exceptionLibrary(with: []) }
  private static let builtExceptionInside = Result {
    try exceptionLibrary(with: [
      "-static-libgcc", "-static-libstdc++", "-x", "c", checkout.appending(path: "Sources/CRelease/glibc.c").path,
    ])
  }

  private static func exceptionLibrary(with options: [String]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let flags = try Judge.run("/usr/bin/pkg-config", ["--cflags", "p11-kit-1"]).output
    try compile(
      "/usr/bin/g++",
      ["-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"]
        + flags.split(whereSeparator: \.isWhitespace).map(String.init) + ["-o", folder.path("library.so")]
        + [checkout.appending(path: "Tests/Libraries/exception.cpp").path] + options)
    return try folder.bytes("library.so")
  }

  private func built(with libraries: [String]) -> Result<[UInt8], any Error> {
    Result {
      let folder = try TemporaryFolder()
      let source = checkout.appending(path: "Tests/Libraries/\(rawValue).c").path
      try Self.compile(
        "/usr/bin/cc",
        ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"]
          + ["-o", folder.path("library.so"), source] + libraries)
      return try folder.bytes("library.so")
    }
  }

  private static func compile(_ compiler: String, _ arguments: [String]) throws {
    let outcome = try Judge.run(compiler, arguments)
    guard outcome.status == 0 else { throw SystemFailure("\(compiler): \(outcome)", code: EIO) }
  }
}
