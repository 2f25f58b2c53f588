import FoundationEssentials
import TestSupport
import Testing

@Suite(.tags(.process)) struct StructureTests {
  @Test("No room is larger than it should be, and none imports what it may not")
  func structure() throws {
    let outcome = try Shell.run("cd '\(checkout.path)' && scripts/structure.sh")
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
  }
}
