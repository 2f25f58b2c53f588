import TestSupport
import Testing

/// A token that counts wrong PINs and locks at the third, as hardware tokens do.
@Suite(
  .tags(.hsm, .process),
  .enabled(
    if: ThrowawayToken.isAvailable(.openCryptoki), Comment(rawValue: ThrowawayToken.absence(of: .openCryptoki))))
struct LockingTokenTests {
  @Test("runs with a wrong PIN never lock a token, and the right one resets its count")
  func finalTry() throws {
    let token = try ThrowawayToken(.openCryptoki)
    for _ in 0..<2 {
      let outcome = try sign(on: token, pin: "11112222")
      #expect(outcome.status != 0 && outcome.error.contains("C_Login: CKR_PIN_INCORRECT"), "\(outcome)")
      #expect(outcome.output.isEmpty)
    }
    for pin in ["11112222", ThrowawayToken.pin] {
      let outcome = try sign(on: token, pin: pin)
      #expect(outcome.status != 0 && outcome.error.contains("[final-pin-try]"), "\(outcome)")
      #expect(outcome.output.isEmpty)
    }
    let final = try sign(on: token, pin: ThrowawayToken.pin, ["--final-pin-try"])
    #expect(final.status == 0 && final.output.split(separator: ".").count == 3, "\(final)")
    let next = try sign(on: token, pin: ThrowawayToken.pin)
    #expect(next.status == 0, "\(next)")
  }

  @Test("a locked token is named before a PIN is given")
  func locked() throws {
    let token = try ThrowawayToken(.openCryptoki)
    for _ in 0..<3 { _ = try sign(on: token, pin: "11112222", ["--final-pin-try"]) }
    let outcome = try sign(on: token, pin: ThrowawayToken.pin, ["--final-pin-try"])
    #expect(outcome.status != 0 && outcome.error.contains("[pin-locked]"), "\(outcome)")
    #expect(!outcome.error.contains("C_Login"), "\(outcome)")
  }

  private func sign(on token: ThrowawayToken, pin: String, _ options: [String] = []) throws -> Outcome {
    try token.run(
      BuiltCommand.path,
      [
        "sign", "proof", "--key", "pkcs11:token=\(token.maker.label);object=rsa-2048",
        "--object-id", "6d3e7a10-2f4b-4c5d-8e9f-0a1b2c3d4e5f", "--pin-file", "-",
      ] + options,
      input: Array("\(pin)\n".utf8))
  }
}
