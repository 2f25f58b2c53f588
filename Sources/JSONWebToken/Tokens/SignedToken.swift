/// A finished token that has passed the verifier.
public struct SignedToken: Sendable {
  /// The compact serialization, ASCII, without a newline.
  public let text: [UInt8]
  /// What was judged before it was handed out; it may hold warnings.
  public let report: VerificationReport

  init(text: [UInt8], report: VerificationReport) {
    self.text = text
    self.report = report
  }
}
