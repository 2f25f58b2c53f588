import CLinux
import Glibc
import Keyroll

/// How the files of tokens are called that follow each other in time: `proof-20261121T140000Z.jwt`.
struct WindowFileNames {
  private let prefix: String

  /// Takes `--output` for a folder when it is one or ends as one, else for the first part of every name.
  ///
  /// Throws `usage` without it, and with `--force`: of files that others were replaced by, none could be taken back.
  init(_ options: OutputOptions) throws(CommandError) {
    guard let output = options.output, !StandardOutput.isNamed(by: output) else {
      throw .usage("--windows needs --output: each token goes into a file of its own")
    }
    if options.drawsCodes || options.picture != nil { throw .usage("--windows makes files, and no codes of them") }
    if options.force { throw .usage("--windows replaces no files, so --force is not for it") }
    if output.utf8.last == UInt8(ascii: "/") || Self.isFolder(output) {
      prefix = output + (output.utf8.last == UInt8(ascii: "/") ? "" : "/") + "proof"
    } else {
      prefix = output.hasSuffix(Self.suffix) ? String(output.dropLast(Self.suffix.count)) : output
    }
  }

  /// The path of the token that starts then.
  func path(for start: NumericDate) -> String {
    // The basic format of ISO 8601: a colon is not for every file system.
    "\(prefix)-\(start.description.filter { $0 != "-" && $0 != ":" })\(Self.suffix)"
  }

  private static let suffix = ".jwt"

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
