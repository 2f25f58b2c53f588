/// What a PKCS #11 function returned (PKCS #11 2.40, section 5.1), by the standard's name.
public struct ReturnValue: Sendable, Hashable, CustomStringConvertible {
  public let rawValue: UInt

  public init(rawValue: UInt) { self.rawValue = rawValue }

  /// `CKR_PIN_INCORRECT`; a value that the standard does not know is shown by its number.
  public var name: String {
    if let meaning { return meaning.name }
    return (rawValue >= Self.vendorDefined ? "CKR_VENDOR_DEFINED + 0x" : "CKR 0x")
      + String(rawValue >= Self.vendorDefined ? rawValue - Self.vendorDefined : rawValue, radix: 16)
  }

  public var description: String { name }

  /// What it says, for a person.
  var sentence: String {
    if let meaning { return meaning.sentence }
    return rawValue >= Self.vendorDefined
      ? "the module failed for a reason that only its maker's manual names"
      : "the module gave a value that the standard does not know"
  }

  /// What a person can do, where something can be done.
  var nextStep: String? { Self.nextSteps[rawValue] }

  private var meaning: (name: String, sentence: String)? { Self.meanings[rawValue] }

  private static let vendorDefined: UInt = 0x8000_0000
}
