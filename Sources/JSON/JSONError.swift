public import Messages

/// Text that is not the JSON that is read here.
public struct JSONError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case tooLarge = "json-too-large"
    case tooDeep = "json-too-deep"
    case tooManyElements = "json-too-many-elements"
    case invalidEncoding = "json-invalid-encoding"
    case syntax = "json-syntax"
    case loneSurrogate = "json-lone-surrogate"
    case duplicateName = "json-duplicate-name"
    case trailingData = "json-trailing-data"
    case notAnObject = "json-not-an-object"
  }

  public let code: Code
  /// What is wrong, without its subject: `a name stands twice in one object`.
  public let problem: String
  /// The offset in bytes at which it was seen.
  public let offset: Int

  public var id: String { code.rawValue }
  public var message: String { "JSON: \(problem), at byte \(offset)" }
  public var hint: String? { nil }

  init(_ code: Code, _ problem: String, at offset: Int) {
    self.code = code
    self.problem = problem
    self.offset = offset
  }
}
