public import Signing

/// A signature that cannot be read in any form.
public struct SignatureTextError: DiagnosticError, Hashable {
  public static let id = "malformed-signature"

  public let message: String
  public let hint: String?

  public var id: String { Self.id }

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
