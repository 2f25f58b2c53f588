public import Foundation

/// The files that this project made for its tests; `Fixtures/README.md` says how.
public enum Fixtures {
  public static let folder = checkout.appending(path: "Fixtures")

  public static func url(_ name: String) -> URL { folder.appending(path: name) }

  /// The folder of the files. A checkout may let everybody read them, which gives a warning for a key file, so that
  /// right is removed first.
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
