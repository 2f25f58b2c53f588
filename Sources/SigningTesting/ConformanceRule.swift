/// What every backend must do, by names that a report can show.
@nonexhaustive
public enum ConformanceRule: String, Sendable, Hashable, CaseIterable {
  /// The backend opens references of its own scheme.
  case schemeIsItsOwn = "scheme-is-its-own"
  /// The key opens for each of its algorithms.
  case opens
  /// The key does not open for any other algorithm.
  case refusesOtherAlgorithms = "refuses-other-algorithms"
  /// The signer and its signatures have the algorithm asked for.
  case algorithmIsBound = "algorithm-is-bound"
  /// The public key is the same whatever the algorithm.
  case keyIsTheSame = "key-is-the-same"
  /// The first certificate carries the signer's key, and each other one issued the one before it.
  case certificatesAreLeafFirst = "certificates-are-leaf-first"
  /// A signature is as long as the modulus.
  case signatureIsAsLongAsTheModulus = "signature-is-as-long-as-the-modulus"
  /// A signature verifies under its algorithm, for its message, and in no other way.
  case signatureVerifies = "signature-verifies"
  /// An empty message is signed like any other.
  case signsTheEmptyMessage = "signs-the-empty-message"
  /// A message of 1 MiB is signed like any other.
  case signsALongMessage = "signs-a-long-message"
  /// PKCS#1 v1.5 gives the same signature again, and PSS another, because its salt is random.
  case saltIsRandom = "salt-is-random"
  /// Signatures made at the same time with one signer are all good.
  case signsInParallel = "signs-in-parallel"
  /// A wrong secret does not open the key, and is called wrong.
  case refusesAWrongSecret = "refuses-a-wrong-secret"
  /// The key does not open when there is no secret to be had, and the error says so.
  case refusesNoSecret = "refuses-no-secret"
}
