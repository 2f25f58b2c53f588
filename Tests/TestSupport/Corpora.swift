public import Foundation

/// The folder with cases of other projects: `KEYROLL_CORPORA`, or otherwise `../shared/corpora` beside
/// the checkout.
public enum Corpora {
  /// Nil if the folder is not there; the tests that need it are then skipped, and say so.
  public static let folder: URL? = {
    let named = ProcessInfo.processInfo.environment["KEYROLL_CORPORA"].map { URL(fileURLWithPath: $0) }
    let candidate = named ?? checkout.deletingLastPathComponent().appending(path: "shared/corpora")
    return FileManager.default.fileExists(atPath: candidate.path) ? candidate : nil
  }()

  /// Why a test that needs the folder did not run.
  public static let absence = "the corpora are not there: set KEYROLL_CORPORA, or put them in ../shared/corpora"
}

/// The root of this checkout.
package let checkout = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
