import Foundation
import Keyroll
import TestSupport
import Testing

/// What README.md and the pages in `docs` say, compared with the library.
@Suite struct DocumentationTests {
  private static let errors = (try? text("docs/errors.md")) ?? ""

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: checkout.appending(path: path), encoding: .utf8)
  }

  /// The blocks of code of one language on a page, in order.
  private static func blocks(_ language: String, in page: String) throws -> [String] {
    try text(page).components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "```\n").first
    }
  }

  @Test(
    "the programs on the page about the library are those that are compiled here",
    arguments: [(0, "SigningExample"), (1, "RequestFolderExample")])
  func examplesAreCompiled(_ place: Int, _ name: String) throws {
    let blocks = try Self.blocks("swift", in: "docs/library.md")
    try #require(blocks.count == 2)
    #expect(try blocks[place] == Self.text("Tests/KeyrollTests/\(name).swift"))
  }

  @Test("the first program of the page about the library signs a proof")
  func exampleWorks() throws {
    let token = try signAndJudge(
      pfx: Fixtures.path("pfx/openssl-empty.p12"), objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01",
      now: NumericDate(seconds: 1_800_000_000), secrets: NoSecrets())
    #expect(token.split(separator: ".").count == 3)
  }

  @Test("every error id and every reason of a check of the library has one meaning")
  func idsHaveMeanings() {
    let ids: [[String]] = [
      KeyError.Code.allCases.map(\.rawValue),
      SigningError.Code.allCases.map(\.rawValue),
      JSONError.Code.allCases.map(\.rawValue),
      Base64Error.Code.allCases.map(\.rawValue),
      CompactSerializationError.Code.allCases.map(\.rawValue),
      ProfileError.Code.allCases.map(\.rawValue),
      KeyCredentialsError.Code.allCases.map(\.rawValue),
      RequestError.Code.allCases.map(\.rawValue),
      QRCodeError.Code.allCases.map(\.rawValue),
      ResponseError.Code.allCases.map(\.rawValue),
      TokenError.ids,
      SigningRequestError.Code.allCases.map(\.rawValue),
      SignatureFault.Code.allCases.map(\.rawValue),
      SignatureTextError.Code.allCases.map(\.rawValue), SystemError.Code.allCases.map(\.rawValue),
      Check.Reason.allCases.map(\.rawValue),
      CertificateError.Code.allCases.map(\.rawValue), KeyMakingError.Code.allCases.map(\.rawValue),
      RolloverError.Code.allCases.map(\.rawValue),
    ]
    for id in ids.joined() { #expect((Meanings.meaning(of: id)?.count ?? 0) > 5, "\(id)") }
    #expect(Set(Meanings.all.map(\.id)).count == Meanings.all.count)
    #expect(Meanings.meaning(of: "no-such-id") == nil)
  }

  @Test("the tables of ids in docs/errors.md are those of the library, row by row", arguments: Meanings.sections)
  func tablesAreGenerated(_ section: Meanings.Section) {
    #expect(Self.errors.contains("\n\n\(section.markdown)\n"), "write the table so:\n\(section.markdown)")
  }

  @Test("docs/errors.md has no table of ids besides those")
  func tablesAreAll() {
    #expect(Self.errors.components(separatedBy: "| id | what it means |").count - 1 == Meanings.sections.count)
  }

  @Test("the example on the page about profiles is a profile, and judges a token by it")
  func profilesAreDescribed() throws {
    let block = try #require(try Self.blocks("json", in: "docs/profiles.md").first)
    let document = try ProfileDocument(Array(block.utf8).span)
    let profile = try document.profile(parameters: ["client-id": "me"], publicKey: nil, isSigning: true)
    let request = DraftRequest(
      time: NumericDate(seconds: 1_800_000_000), identifier: "6b1f6b0e-7d0c-4f4f-8d5e-0d6a5f3b2c11")
    #expect(throws: Never.self) { try profile.judgeClaims(request) }
  }
}
