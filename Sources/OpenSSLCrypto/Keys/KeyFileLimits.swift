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
