import KeyrollCLI
import Testing

@Suite struct SuggestionsTests {
  private static let options = [
    "--key", "--certificate", "--object-id", "--client-id", "--tenant", "--password-file", "--password-fd",
    "--password-env", "--output", "--qr", "--qr-output",
  ]

  @Test(
    "a word is taken for the name that it begins, has a part of, or is a slip of the hand away from",
    arguments: [
      ("--cert", ["--certificate"]), ("--out", ["--output"]), ("--id", ["--object-id", "--client-id"]),
      ("--password", ["--password-file", "--password-fd", "--password-env"]), ("--Tenant", ["--tenant"]),
      ("--objectid", ["--object-id"]), ("--object_id", ["--object-id"]), ("--tennant", ["--tenant"]),
      ("--tenant-id", ["--tenant"]), ("--kye", ["--key"]), ("--certifcate", ["--certificate"]),
      ("--pasword-fd", ["--password-fd"]), ("--certifcate-file", []), ("--cliemt", ["--client-id"]),
    ])
  func near(word: String, names: [String]) {
    #expect(Suggestions.near(word, among: Self.options) == names)
  }

  @Test(
    "a word that is near to nothing is taken for nothing", arguments: ["--verbose", "-k", "--", "", "--x", "--json"])
  func far(word: String) {
    #expect(Suggestions.near(word, among: Self.options).isEmpty)
  }

  @Test("a question names what may be meant, and there is none where nothing is")
  func question() {
    #expect(Suggestions.question("sgin", among: ["sign", "verify"]) == "; did you mean sign?")
    #expect(Suggestions.question("--id", among: Self.options) == "; did you mean '--object-id' or '--client-id'?")
    #expect(Suggestions.question("other", among: ["sign", "verify"]).isEmpty)
  }
}
