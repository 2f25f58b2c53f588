internal import COpenSSL
import Messages
internal import Signing

/// Every bound on what a file of keys or certificates may hold and ask for; past one of them it is refused, not cut.
///
/// What is read within them takes time in proportion to the file, but for the derivations of passwords, which have a
/// bound of their own.
public enum KeyFileLimits {
  /// The most that is read of a file, in bytes: a hundred times what real ones hold.
  public static let byteCount = 1 << 20

  /// The most iterations of one password derivation: ten times what the slowest tools write.
  static let iterationsPerDerivation: Int64 = 10_000_000
  /// The most iterations of all derivations of one file.
  static let iterationsPerFile: Int64 = 20_000_000
  /// The most memory that scrypt may take, in bytes: what OpenSSL allows it.
  static let scryptByteCount: Int64 = 32 << 20

  /// The most parts of the AuthenticatedSafe of a PFX: far more than any tool writes.
  static let partCount = 64
  /// The most bags of a PFX, those inside others counted: far more than any tool writes, and few enough to be compared
  /// with each other.
  static let bagCount = 1024
  /// How deep bags of safe contents may be inside each other.
  static let bagDepth = 8

  /// The longest chain that is put together, in certificates: real ones have three or four, and `x5c` takes as many.
  static let chainCount = 16
  /// How many certificates of the same name are tried as the issuer of one.
  static let issuerCandidateCount = 16
}

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
        hint: "export only the key that is needed, or use fewer iterations")
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
      "\(naming: subject) asks for more than \(KeyFileLimits.iterationsPerDerivation) iterations, which is the limit",
      hint: "such a count keeps a machine busy for minutes or years: export the key again with fewer iterations")
  }
}
