import KeyrollCLI
import Testing

@Suite struct SuggestionsTests {
  private static let options = [
    "--key", "--certificate", "--object-id", "--client-id", "--tenant", "--password-file", "--password-fd",
    "--password-env", "--output", "--qr", "--qr-output",
  ]

  @Test(
    "a word suggests the names that it begins, that have a part like it, or that are one typing mistake away",
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
    "a word that is near to no name suggests none", arguments: ["--verbose", "-k", "--", "", "--x", "--json"])
  func far(word: String) {
    #expect(Suggestions.near(word, among: Self.options).isEmpty)
  }

  @Test("a question names the suggestions, and there is no question without any")
  func question() {
    #expect(Suggestions.question("sgin", among: ["sign", "verify"]) == "; did you mean sign?")
    #expect(Suggestions.question("--id", among: Self.options) == "; did you mean '--object-id' or '--client-id'?")
    #expect(Suggestions.question("other", among: ["sign", "verify"]).isEmpty)
  }
}
