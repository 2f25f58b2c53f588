/// A parser or judge, with the properties that must hold for any bytes.
///
/// libFuzzer searches for bytes that break it, and the tests replay the kept ones.
public struct FuzzTarget: Sendable, CustomStringConvertible {
  /// Its name for `scripts/fuzz.sh`, and for the folder in `Fixtures/fuzz` with the kept inputs.
  public let name: String
  /// What it reads, for a list of targets.
  public let summary: String
  private let readSeeds: @Sendable () throws -> [[UInt8]]
  private let check: @Sendable (_ input: [UInt8]) throws -> Void

  init(
    _ name: String, _ summary: String, seeds: @escaping @Sendable () throws -> [[UInt8]],
    check: @escaping @Sendable (_ input: [UInt8]) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    readSeeds = seeds
    self.check = check
  }

  public var description: String { name }

  /// Inputs to start from, each once: from the fixtures, and from the corpora if they are there.
  public func seeds() throws -> [[UInt8]] {
    var known = Set<[UInt8]>()
    return try readSeeds().filter { known.insert($0).inserted }
  }

  /// Throws `BrokenProperty` if a property does not hold, and any error of the surroundings.
  public func run(_ input: [UInt8]) throws { try check(input) }

  /// In the order of the list that people see.
  public static let all = [
    json, base64url, compact, verifier, claims, profile, pem, pfx, file, certificate, publicKey, pkcs11URI,
    keyCredentials,
    response, messages, foreignText,
  ]

  public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
