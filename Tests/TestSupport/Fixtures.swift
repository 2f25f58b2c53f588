public import Foundation

/// The files that this project made for its tests: `Fixtures/README.md` says how.
public enum Fixtures {
  public static let folder = checkout.appending(path: "Fixtures")

  public static func url(_ name: String) -> URL { folder.appending(path: name) }
  public static func path(_ name: String) -> String { url(name).path }
  public static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }
}
