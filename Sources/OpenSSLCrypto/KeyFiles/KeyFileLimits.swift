internal import COpenSSL
import Messages
internal import Signing

/// Every limit on what a file of keys or certificates may contain and ask for. A file beyond one of them is refused,
/// not cut.
///
/// Within them, reading takes time in proportion to the file, except for the derivations of passwords, which have a
/// limit of their own.
public enum KeyFileLimits {
  /// The most bytes to read of a file: a hundred times the size of real ones.
  public static let byteCount = 1 << 20

  /// The most iterations of one password derivation: ten times those of the slowest tools.
  static let iterationsPerDerivation: Int64 = 10_000_000
  /// The most iterations of all derivations of one file.
  static let iterationsPerFile: Int64 = 20_000_000
  /// The most memory that scrypt may use, in bytes: the limit of OpenSSL.
  static let scryptByteCount: Int64 = 32 << 20

  /// The most parts of the AuthenticatedSafe of a PFX: far more than any tool writes.
  static let partCount = 64
  /// The most bags of a PFX, including those inside others: far more than any tool writes, and few enough to be
  /// compared with each other.
  static let bagCount = 1024
  /// The most levels of bags of safe contents inside each other.
  static let bagDepth = 8

  /// The longest chain, in certificates: real ones have three or four, and `x5c` takes as many as this.
  static let chainCount = 16
  /// The most certificates of the same name to try as the issuer of one.
  static let issuerCandidateCount = 16
}

/// The most that the password derivations of one file may cost together, so that no file keeps a machine busy for
/// hours.
///
/// Every visible count is added before the first derivation begins.
struct IterationBudget {
  private let subject: String
  private var total: Int64 = 0

  /// `subject` names the file in messages.
  init(of subject: String) { self.subject = subject }

  /// Throws `iteration-count-too-high` if the count, or the sum of all counts so far, is too high.
  mutating func spend(_ iterations: Int64) throws(KeyError) {
    if iterations > KeyFileLimits.iterationsPerDerivation { throw Self.tooHigh(subject) }
    total += max(iterations, 0)
    if total > KeyFileLimits.iterationsPerFile {
      throw KeyError(
        .iterationCountTooHigh,
        "\(naming: subject) asks for more than \(KeyFileLimits.iterationsPerFile) iterations in all its parts together",
        hint: "export only the key that is needed, or use fewer iterations")
    }
  }

  /// Reads a count; throws `malformed-pfx` for one that is missing, zero or negative, and `iteration-count-too-high`
  /// for one beyond 64 bits.
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
      "\(naming: subject) asks for more than \(KeyFileLimits.iterationsPerDerivation) iterations, which is the limit",
      hint: "such a count keeps a machine busy for minutes or years: export the key again with fewer iterations")
  }
}
