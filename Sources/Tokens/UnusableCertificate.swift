/// A certificate that is trusted as well, but with which nothing can be verified here: it is not at hand, or its key is not RSA.
public struct UnusableCertificate: Sendable {
  /// The thumbprints that are known of it, of either length; without any it is never found.
  public let thumbprints: [[UInt8]]
  /// For messages, after what the header names: `is registered as the entry … without its certificate`.
  public let problem: String
  /// The next step.
  public let hint: String

  public init(thumbprints: [[UInt8]], problem: String, hint: String) {
    self.thumbprints = thumbprints
    self.problem = problem
    self.hint = hint
  }

  /// Nil where no thumbprint of that kind is known.
  func has(_ kind: Thumbprint, _ thumbprint: [UInt8]) -> Bool? {
    let known = thumbprints.filter { $0.count == kind.byteCount }
    return known.isEmpty ? nil : known.contains(thumbprint)
  }
}
