import Foundation
import Keyroll
import TestSupport
import Testing

@Suite("README")
struct ReadmeTests {
  private static let text = (try? String(contentsOf: checkout.appending(path: "README.md"), encoding: .utf8)) ?? ""

  @Test("The library example is the one that is compiled here")
  func exampleIsCompiled() throws {
    let source = try String(
      contentsOf: checkout.appending(path: "Tests/KeyrollTests/ReadmeExample.swift"), encoding: .utf8)
    let block = try #require(
      Self.text.components(separatedBy: "```swift\n").dropFirst().first?.components(separatedBy: "```").first)
    #expect(block == source)
  }

  @Test("The library example signs a proof")
  func exampleWorks() throws {
    let token = try signAndJudge(
      pfx: Fixtures.path("pfx/openssl-empty.p12"), objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01",
      now: NumericDate(seconds: 1_800_000_000), secrets: NoSecrets())
    #expect(token.split(separator: ".").count == 3)
  }

  @Test("Every error id and every reason of a check of the library has one meaning")
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

  @Test("The README's tables of ids are those of the library, row by row", arguments: Meanings.sections)
  func tablesAreGenerated(_ section: Meanings.Section) {
    #expect(Self.text.contains("\n\n\(section.markdown)\n"), "write the table so:\n\(section.markdown)")
  }

  @Test("The README has no table of ids besides those")
  func tablesAreAll() {
    #expect(Self.text.components(separatedBy: "| id | what it means |").count - 1 == Meanings.sections.count)
  }

  @Test("The built-in profiles and every member of the profile format are described")
  func profilesAreDescribed() throws {
    let block = try #require(
      Self.text.components(separatedBy: "```json\n").dropFirst().first?.components(separatedBy: "```").first)
    let document = try ProfileDocument(Array(block.utf8).span)
    let profile = try document.profile(parameters: ["client-id": "me"], publicKey: nil, isSigning: true)
    let request = DraftRequest(
      time: NumericDate(seconds: 1_800_000_000), identifier: "6b1f6b0e-7d0c-4f4f-8d5e-0d6a5f3b2c11")
    #expect(throws: Never.self) { try profile.judgeClaims(request) }
  }
}
