public import Messages

/// Why no code could be drawn, or why the texts of several do not make one.
public typealias QRCodeError = Failure<QRCodeErrorCode>

/// The reasons of a `QRCodeError`, by their stable ids.
@nonexhaustive
public enum QRCodeErrorCode: String, FailureCode {
  case unavailable = "qr-unavailable"
  case notDrawable = "qr-not-drawable"
  case tooLong = "qr-too-long"
  case terminalTooSmall = "qr-terminal-too-small"
  case malformedPart = "qr-part-malformed"
  case partsOfSeveral = "qr-parts-of-several"
  case partMissing = "qr-part-missing"
  case checksumMismatch = "qr-checksum-mismatch"
}
