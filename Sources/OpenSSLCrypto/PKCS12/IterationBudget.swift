internal import COpenSSL
import Messages
internal import Signing

/// What the password derivations of one file may cost together, so that no file keeps a machine busy for hours.
///
/// Every count that shows is put in before the first derivation begins.
struct IterationBudget {
  private let subject: String
  private var total: Int64 = 0

  /// `subject` names the file in messages.
  init(of subject: String) { self.subject = subject }

  /// Throws `iteration-count-too-high` when the count, or the sum of all counts so far, is too high.
  mutating func spend(_ iterations: Int64) throws(KeyError) {
    if iterations > KeyFileLimits.iterationsPerDerivation { throw Self.tooHigh(subject) }
    total += max(iterations, 0)
    if total > KeyFileLimits.iterationsPerFile {
      throw KeyError(
        .iterationCountTooHigh,
        "\(naming: subject) asks for more than \(KeyFileLimits.iterationsPerFile) iterations in all its parts together",
        hint: "export the key that is needed alone, or with fewer iterations")
    }
  }

  /// Reads a count; throws `malformed-pfx` for one that is absent, zero or negative, and `iteration-count-too-high` for
  /// one beyond 64 bits.
  static func count(_ integer: UnsafePointer<ASN1_INTEGER>?, of subject: String) throws(KeyError) -> Int64 {
    guard let count = unsafe ASN1Reading.integer(integer) else {
      if let integer = unsafe integer, unsafe ASN1_STRING_type(integer) == V_ASN1_INTEGER { throw tooHigh(subject) }
      throw KeyError(.malformedPFX, "\(naming: subject) has a password derivation without a readable iteration count")
    }
    if count < 1 {
      throw KeyError(.malformedPFX, "\(naming: subject) has an iteration count of \(count), and at least 1 is needed")
    }
    return count
  }

  private static func tooHigh(_ subject: String) -> KeyError {
    KeyError(
      .iterationCountTooHigh,
      "\(naming: subject) asks for more than \(KeyFileLimits.iterationsPerDerivation) iterations, the most that are made",
      hint: "such a count keeps a machine busy for minutes or years: export the key again with fewer iterations")
  }
}
