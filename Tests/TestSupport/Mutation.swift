/// Small changes to text, of the kinds that break parsers.
public enum Mutation {
  private static let pieces = [
    "", ".", "=", "\n", "\u{0}", "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\ud800", ",", ":", "null", "1e999999999",
    "-0", "9223372036854775808", " ", "e30",
    "\u{FEFF}", "é", "e\u{301}", "\u{212A}", "crit", "{{", "}}", "{a}", "AAAA", "-_", "+/",
  ].map { Array($0.utf8) }

  /// Changes a few places: flips a bit, inserts or removes a byte, doubles, cuts or moves a stretch, or inserts a
  /// piece.
  public static func mutate(_ text: [UInt8], using generator: inout some RandomNumberGenerator) -> [UInt8] {
    var text = text
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0...text.count, using: &generator)
      let stretch = place..<min(text.count, place + Int.random(in: 1...24, using: &generator))
      switch Int.random(in: 0..<7, using: &generator) {
      case 0 where place < text.count: text[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1 where place < text.count: text[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: text.removeSubrange(stretch)
      case 3: text.insert(contentsOf: Array(text[stretch]), at: place)
      case 4: text.removeSubrange(place...)
      case 5: text.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      default: text.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &generator)], at: place)
      }
    }
    return text
  }
}
