public import Encodings

/// Names that members are looked for by, made once where many objects are judged.
public struct JSONNameSet: Sendable {
  private let names: [ExactText]
  /// The first eight bytes of each.
  private let firstWords: [UInt64]

  public init(_ names: [ExactText]) {
    self.names = names
    firstWords = names.map { $0.withUTF8 { $0.firstWord } }
  }

  /// True where it holds the name of the member.
  public func contains(nameOf member: JSONMember) -> Bool {
    let firstWord = member.firstWordOfName
    // By index, because a loop over the names would count references to each.
    for index in firstWords.indices where firstWords[index] == firstWord {
      if member.hasName(names[index]) { return true }
    }
    return false
  }
}

extension JSONNameSet: ExpressibleByArrayLiteral {
  public init(arrayLiteral names: ExactText...) { self.init(names) }
}
