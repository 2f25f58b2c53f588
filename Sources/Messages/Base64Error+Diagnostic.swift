public import Encodings

extension Base64Error: DiagnosticError {
  public var hint: String? { nil }
}
