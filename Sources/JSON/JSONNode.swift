/// One value in a text that was read, and its name where it is the member of an object.
///
/// The values inside it follow it at once, in their order: `end` is the place of what stands behind them all.
struct JSONNode: Sendable, BitwiseCopyable {
  enum Kind: UInt8, Sendable, BitwiseCopyable {
    case null, no, yes, number, string, array, object
  }

  /// Some of the characters of the text, in bytes.
  struct Slice: Sendable, BitwiseCopyable {
    let start: UInt32
    let count: UInt32

    static let none = Slice(from: 0, to: 0)

    /// No text that is read is as long as 32 bits can count.
    init(from start: Int, to end: Int) {
      self.start = UInt32(truncatingIfNeeded: start)
      count = UInt32(truncatingIfNeeded: end - start)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  let kind: Kind
  let name: Slice
  /// The first eight bytes of the name, or all of fewer: most names differ in these or in length.
  let nameWord: UInt64
  /// The characters of a number or string.
  var text = Slice.none
  /// The number of members or elements.
  var count: UInt32 = 0
  var end: UInt32 = 0
}
