import JSON

/// A finished token that has passed the verifier.
public struct SignedToken: Sendable {
  /// The compact serialization, ASCII, without a newline.
  public let bytes: [UInt8]
  /// What was judged before it was handed out; it may hold warnings.
  public let report: VerificationReport

  /// When it can be used.
  public var window: TokenWindow { TokenWindow(report.verifiedToken?.claims ?? JSONObject()) }

  /// The same as text.
  public var text: String { String(validating: bytes, as: UTF8.self) ?? "" }

  init(bytes: [UInt8], report: VerificationReport) {
    self.bytes = bytes
    self.report = report
  }
}
