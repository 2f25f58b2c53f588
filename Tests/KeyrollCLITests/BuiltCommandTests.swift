import TestSupport
import Testing

@Suite struct BuiltCommandTests {
  @Test("the built command is found and what it says is captured")
  func run() throws {
    #expect(try BuiltCommand.run("--version") == Outcome(status: 0, output: "0.1.0\n"))
  }
}
