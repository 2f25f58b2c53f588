import Keyroll

/// Finds a profile document by what the user wrote.
enum ProfileFile {
  /// A built-in profile's name, else the path of a file.
  static func document(_ name: String) throws -> ProfileDocument {
    let isPath = name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(UInt8(ascii: "."))
    if !isPath { return try BuiltInProfiles.document(named: name) }
    let contents = try SecretBytes.contents(ofFile: name, limit: Limits.byteCount)
    return try contents.withBytes { text throws(ProfileError) in try ProfileDocument(text) }
  }
}
