import TestSupport
import Testing

@Suite(.tags(.hsm, .process)) struct ThrowawayTokenTests {
  @Test(arguments: ThrowawayToken.Maker.allCases.filter(ThrowawayToken.isAvailable))
  func p11KitFindsTheTokenAndNoOtherUntilItGoes(maker: ThrowawayToken.Maker) throws {
    let pinFile = try find(maker)
    #expect(try Judge.run("/usr/bin/test", ["-e", pinFile]).status == 1)
  }

  /// Returns the path of a file that goes with the token.
  private func find(_ maker: ThrowawayToken.Maker) throws -> String {
    let token = try ThrowawayToken(maker)
    let outcome = try token.run("p11-kit", ["list-modules"])
    #expect(outcome.output.contains("token: \(maker.label)\n"), "\(outcome)")
    #expect(outcome.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }.count == 1, "\(outcome)")
    #expect(try token.objects().contains { $0.contains("object=rsa-2048;type=private") })
    return token.pinFile
  }
}
