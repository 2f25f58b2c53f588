extension SecretBytes {
  package var endsWithNewline: Bool {
    withBytes { bytes in !bytes.isEmpty && bytes[bytes.count - 1] == UInt8(ascii: "\n") }
  }

  /// Drops one line feed, or one carriage return and line feed, from the end.
  package consuming func withoutTrailingNewline() -> SecretBytes {
    truncate(to: countWithoutTrailingNewline)
    return self
  }

  /// How many bytes there are before that line break, if there is one.
  package var countWithoutTrailingNewline: Int {
    withBytes { bytes in
      let count = bytes.count
      guard count > 0, bytes[count - 1] == UInt8(ascii: "\n") else { return count }
      return count > 1 && bytes[count - 2] == UInt8(ascii: "\r") ? count - 2 : count - 1
    }
  }
}
