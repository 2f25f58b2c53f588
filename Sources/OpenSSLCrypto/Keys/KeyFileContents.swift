internal import Signing

/// What one key file held, whatever its format, in the order of the file.
struct KeyFileContents: Sendable {
  var privateKeys: [KeyFileEntry] = []
  var certificates: [Certificate] = []
  /// What a person should know of the file although it was opened, such as that nothing protects it against change.
  var notes: [String] = []
}
