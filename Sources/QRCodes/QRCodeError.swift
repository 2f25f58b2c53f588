public import Signing

/// Why no code could be drawn, or why the texts of several do not make one.
public struct QRCodeError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, CaseIterable {
    case unavailable = "qr-unavailable"
    case notDrawable = "qr-not-drawable"
    case tooLong = "qr-too-long"
    case terminalTooSmall = "qr-terminal-too-small"
    case malformedPart = "qr-part-malformed"
    case partsOfSeveral = "qr-parts-of-several"
    case partMissing = "qr-part-missing"
    case checksumMismatch = "qr-checksum-mismatch"
  }

  public let code: Code
  public let message: String
  public let hint: String?

  public var id: String { code.rawValue }

  init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
