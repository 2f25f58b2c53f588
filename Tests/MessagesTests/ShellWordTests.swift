import Messages
import TestSupport
import Testing

@Suite("ShellWord") struct ShellWordTests {
  @Test(
    "a shell reads back the word that was quoted",
    arguments: ["plain-1.2_/:=@%+,", "", "two words", "it's", "''", "$HOME `id` \"x\" \\ *", "a\nb", "ä;b", "#", "~"])
  func readBack(word: String) throws {
    let outcome = try Judge.run("/bin/sh", ["-c", "printf '%s|' \(ShellWord.quoted(word))"])
    #expect(outcome.output == "\(word)|", "\(outcome)")
  }

  @Test("what is safe is left as it is")
  func plain() { #expect(ShellWord.quoted("add/new.cer") == "add/new.cer" && ShellWord.quoted("a b") == "'a b'") }
}
