/// The characters of a PKCS #11 URI (RFC 7512, section 2.3, and RFC 3986, section 2.3).
package enum URICharacters {
  /// True for what needs no escape in any URI.
  package static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: unreservedMarks.contains(byte)
    }
  }

  /// True for what a value may hold without an escape before the question mark, or behind it.
  package static func isLiteral(_ byte: UInt8, inQuery: Bool) -> Bool {
    isUnreserved(byte) || literals.contains(byte) || (inQuery ? queryLiterals : pathLiterals).contains(byte)
  }

  /// True for what is written without an escape: the unreserved characters, and those of paths in a query.
  package static func isWrittenBare(_ byte: UInt8, inQuery: Bool) -> Bool {
    isUnreserved(byte) || (inQuery && pathMarks.contains(byte))
  }

  private static let pathMarks = Array("/:".utf8)
  private static let unreservedMarks = Array("-._~".utf8)
  private static let literals = Array(":[]@!$'()*+,=".utf8)
  private static let pathLiterals = Array("&".utf8)
  private static let queryLiterals = Array("/?|".utf8)
}
