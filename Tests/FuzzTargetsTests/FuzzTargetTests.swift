import Foundation
import FuzzTargets
import TestSupport
import Testing

/// A short search without libFuzzer; scripts/fuzz.sh searches longer.
@Suite("FuzzTarget")
struct FuzzTargetTests {
  private static func keptInputs(of target: FuzzTarget) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: Fixtures.url("fuzz/\(target.name)"), includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
  }

  @Test("All properties hold for every kept input", arguments: FuzzTarget.all)
  func keptInputs(_ target: FuzzTarget) throws {
    let files = try Self.keptInputs(of: target)
    #expect(!files.isEmpty)
    for file in files {
      let input = [UInt8](try Data(contentsOf: file))
      #expect(throws: Never.self, "\(file.lastPathComponent)") { try target.run(input) }
    }
  }

  @Test("All properties hold for spoiled seeds", arguments: FuzzTarget.all)
  func spoiledSeeds(_ target: FuzzTarget) throws {
    var generator = SeededGenerator(seed: 7)
    let seeds = try target.seeds()
    for _ in 0..<200 {
      let seed = try #require(seeds.randomElement(using: &generator))
      let input = Mutation.mutate(seed, using: &generator)
      #expect(throws: Never.self, "\(Data(input).base64EncodedString())") { try target.run(input) }
    }
  }

  @Test("All properties hold for random bytes", arguments: FuzzTarget.all)
  func noise(_ target: FuzzTarget) {
    var generator = SeededGenerator(seed: 1)
    for count in 0..<100 {
      let input = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(throws: Never.self, "\(Data(input).base64EncodedString())") { try target.run(input) }
    }
  }

  @Test("Each has a name of its own, and so does the folder of its kept inputs")
  func names() throws {
    let names = FuzzTarget.all.map(\.name)
    #expect(Set(names).count == names.count)
    let folders = try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("fuzz"))
    #expect(Set(folders) == Set(names).union(["README.md"]))
    for name in names { #expect(FuzzTarget.named(name)?.name == name) }
    #expect(FuzzTarget.named("nonesuch") == nil)
  }
}
