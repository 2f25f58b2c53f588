import Encodings

/// A value in a text that was read, by the place of its node.
public struct JSONCursor: Sendable {
  private let document: JSONDocument
  private let ownPlace: UInt32

  init(_ document: JSONDocument, at place: Int) {
    self.document = document
    ownPlace = UInt32(truncatingIfNeeded: place)
  }

  private var place: Int { Int(ownPlace) }

  /// The number of members or elements.
  var count: Int { Int(node.count) }
  /// The place of the first member or element, and that of what stands behind the last.
  var places: Range<Int> { place + 1..<Int(node.end) }

  /// The place behind a member or element, which is that of the next if there is one.
  func place(after place: Int) -> Int { Int(document.nodes[place].end) }

  /// The member or element at a place.
  func child(at place: Int) -> JSONCursor { JSONCursor(document, at: place) }

  func hasMember(_ name: ExactText) -> Bool {
    name.withUTF8 { document.place(ofMember: $0, inObject: place) } != nil
  }

  func value(ofMember name: ExactText) -> JSONValue? {
    guard let place = name.withUTF8({ document.place(ofMember: $0, inObject: place) }) else { return nil }
    return document.value(at: place)
  }

  var value: JSONValue { document.value(at: place) }

  private var node: JSONNode { document.nodes[place] }

  var name: ExactText { ExactText(document.string(node.name)) }

  func hasName(_ name: ExactText) -> Bool { name.withUTF8 { document.hasName($0, $0.firstWord, at: place) } }

  var firstWordOfName: UInt64 { node.nameWord }
}
