import Foundation
import Keyroll
import KeyrollCLI
import Messages
import Signing
import System
import TestSupport
import Testing

@Suite struct TokenInputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "text that begins like a token is the token",
    arguments: ["eyJhbGciOiJSUzI1NiJ9.e30.AA", "ewogfQ.e30.", "eyA=.\n"])
  func token(text: String) throws {
    let input = try TokenInput(text)
    #expect(input.bytes == Array(text.utf8))
    #expect(input.note == nil)
  }

  @Test("text with a token somewhere in it is passed on as it is, and the token is found")
  func surroundings() throws {
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.AA"
    let input = try TokenInput("Bearer \(token)")
    #expect(input.bytes == Array("Bearer \(token)".utf8))
    #expect(input.tokens.map(\.text) == [Array(token.utf8)])
    #expect(input.token.bytes == Array(token.utf8))
    #expect(input.token.notes == ["dropped from the argument: \"Bearer\" in front of it"])
    let body = try TokenInput("{\"access_token\":\"eyJhbGciOiJSUzI1NiJ9.e30.AB\",\"proof\":\"\(token)\"}").token
    #expect(body.bytes == Array(token.utf8))
    #expect(
      body.notes == [
        "dropped from the argument: the JSON around the member \"proof\"",
        "the argument holds 2 tokens, and the one called proof is taken",
      ])
  }

  @Test("a token longer than any path is the token")
  func longToken() throws {
    let text = "eyJ9." + String(repeating: "a", count: 70_000)
    #expect(try TokenInput(text).bytes.count == text.utf8.count)
  }

  @Test(
    "one line break at the end of a file is dropped, with a note if keyroll does not write that kind; nothing else is dropped",
    arguments: [
      ("a.b.c", "a.b.c", false), ("a.b.c\n", "a.b.c", false), ("a.b.c\r\n", "a.b.c", true),
      ("a.b.c\n\n", "a.b.c\n", false), ("a.b.c\r", "a.b.c\r", false), (" a.b.c", " a.b.c", false), ("", "", false),
      ("\n", "", false), ("\r\n", "", true),
    ])
  func file(contents: String, expected: String, isNoted: Bool) throws {
    let path = try folder.write(Array(contents.utf8), to: "token")
    let input = try TokenInput(path)
    #expect(input.bytes == Array(expected.utf8))
    #expect(input.note == (isNoted ? "a carriage return and a line feed at the end of \(path) were dropped" : nil))
  }

  @Test("bytes that are not text are passed on as they are")
  func bytes() throws {
    #expect(try TokenInput(folder.write([0xFF, 0, 0x0A, 0x0A], to: "token")).bytes == [0xFF, 0, 0x0A])
  }

  @Test("a file takes precedence over a token of the same spelling")
  func ambiguity() throws {
    let name = "eyJ.\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: name) }
    #expect(FileManager.default.createFile(atPath: name, contents: Data("a.b.c".utf8)))
    #expect(try TokenInput(name).bytes == Array("a.b.c".utf8))
  }

  @Test(
    "an argument that is neither a file nor a token is refused",
    arguments: ["missing.jwt", "", "eyJ", "a.b.c", "/nowhere/eyJ.a.b"])
  func neither(argument: String) throws {
    #expect { try TokenInput(argument) } throws: { ($0 as? SystemError)?.code == .fileUnreadable }
  }

  @Test("a directory is refused")
  func directory() throws {
    #expect { try TokenInput(folder.path("")) } throws: { ($0 as? SystemError)?.code == .fileUnreadable }
  }

  @Test("no more than the limit is read, even from an endless device")
  func limit() throws {
    let most = [UInt8](repeating: 0x61, count: TokenInput.limit)
    #expect(try TokenInput(folder.write(most, to: "most")).bytes.count == TokenInput.limit)
    for path in [try folder.write(most + [0x61], to: "more"), "/dev/zero"] {
      #expect { try TokenInput(path) } throws: { ($0 as? SystemError)?.code == .fileTooLarge }
    }
  }
}
