/// A property that must hold for every input, but did not.
public struct BrokenProperty: Error, CustomStringConvertible {
  public let description: String

  init(_ sentence: String) { description = "it does not hold that \(sentence)" }
}

/// Throws `BrokenProperty` with the sentence that should have been true.
func require(_ isTrue: Bool, _ sentence: @autoclosure () -> String) throws {
  if !isTrue { throw BrokenProperty(sentence()) }
}

/// The same for a value that must be there.
func require<Value>(_ value: Value?, _ sentence: @autoclosure () -> String) throws -> Value {
  if let value { return value }
  throw BrokenProperty(sentence())
}
