public import Foundation

/// The files that this project made for its tests: `Fixtures/README.md` says how.
public enum Fixtures {
  public static let folder = checkout.appending(path: "Fixtures")

  public static func url(_ name: String) -> URL { folder.appending(path: name) }

  /// Where it is. Whoever checked the files out may have let everybody read them, of which the command warns where they
  /// hold a key: that is taken back first.
  public static func path(_ name: String) -> String {
    let path = url(name).path
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
      unsafe chmod(path, status.st_mode & 0o700)
    }
    return path
  }

  public static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }
}
