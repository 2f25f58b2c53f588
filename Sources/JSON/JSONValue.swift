public import Encodings

/// A JSON array (RFC 8259, section 5).
public typealias JSONArray = JSONList<JSONValue>

/// A JSON value (RFC 8259, section 3).
@nonexhaustive
public enum JSONValue: JSONPart {
  case null
  case boolean(Bool)
  case number(JSONNumber)
  case string(ExactText)
  case array(JSONArray)
  case object(JSONObject)

  /// Takes what was read.
  public init(at cursor: JSONCursor) { self = cursor.value }

  public static func array(_ elements: [JSONValue]) -> JSONValue { .array(JSONArray(elements)) }

  public static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

  public var string: ExactText? { if case .string(let value) = self { value } else { nil } }
  public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }
  public var array: JSONArray? { if case .array(let value) = self { value } else { nil } }
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

  /// What it is, for messages: `a string`, `an array`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self = .string(ExactText(text)) }
}
