/// A parser or judge, with what must hold of it whatever bytes it is given.
///
/// libFuzzer searches for bytes that break it, and the tests replay those that were kept.
public struct FuzzTarget: Sendable, CustomStringConvertible {
  /// As `scripts/fuzz.sh` takes it, and the folder of `Fixtures/fuzz` with the kept inputs.
  public let name: String
  /// What is read, for a list of targets.
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

  /// Inputs to start from, none of them twice: of the fixtures, and of the corpora where these are.
  public func seeds() throws -> [[UInt8]] {
    var known = Set<[UInt8]>()
    return try readSeeds().filter { known.insert($0).inserted }
  }

  /// Throws `BrokenProperty` when something does not hold that must, and whatever the surroundings fail with.
  public func run(_ input: [UInt8]) throws { try check(input) }

  /// In the order of the list that people see.
  public static let all = [
    json, base64url, compact, verifier, claims, profile, pem, pfx, file, certificate, publicKey, pkcs11URI,
    keyCredentials,
    response, messages, foreignText,
  ]

  public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
