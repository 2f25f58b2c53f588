import Foundation
import Keyroll
import SigningTesting
import TestSupport
import Testing

/// The text of README.md and of the pages in `docs`, compared with the library.
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
    "the programs on the pages and in the articles are those that are compiled here",
    arguments: [
      ("docs/library.md", "SigningExample"), ("docs/library.md", "RequestFolderExample"),
      ("Sources/Keyroll/Keyroll.docc/MakeAndCheckARequest.md", "RequestFolderExample"),
      ("Sources/Keyroll/Keyroll.docc/WriteAProfile.md", "ProfileExample"),
      ("Sources/Keyroll/Keyroll.docc/WriteABackend.md", "BackendExample"),
    ])
  func examplesAreCompiled(_ page: String, _ name: String) throws {
    let source = try Self.text("Tests/KeyrollTests/\(name).swift")
    #expect(try Self.blocks("swift", in: page).contains(source), "copy Tests/KeyrollTests/\(name).swift to \(page)")
  }

  @Test("every program of a page or an article is compared above")
  func examplesAreAll() throws {
    #expect(try Self.blocks("swift", in: "docs/library.md").count == 2)
    let articles = checkout.appending(path: "Sources/Keyroll/Keyroll.docc")
    for name in try FileManager.default.contentsOfDirectory(atPath: articles.path) {
      let programs = try Self.blocks("swift", in: "Sources/Keyroll/Keyroll.docc/\(name)").filter {
        $0.hasPrefix("import ")
      }
      #expect(programs.count == (name == "Keyroll.md" ? 0 : 1), "\(name)")
    }
  }

  @Test("README.md has at most 150 lines, and names what continuous integration runs")
  func readme() throws {
    let text = try Self.text("README.md")
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    let run = try Self.text(".ci/run").split(separator: "\n").last { $0.contains("scripts/") }
    let script = try #require(run?.split(separator: " ").last { $0.hasPrefix("scripts/") })
    #expect(text.contains("$ \(script)\n"))
    for name in try Self.pages() {
      #expect(text.contains("(docs/\(name))"), "README.md has no link to \(name)")
    }
  }

  private static func pages() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: checkout.appending(path: "docs").path)
      .filter { $0.hasSuffix(".md") }
  }

  @Test("every link between the pages leads to a file, and to a heading in it")
  func links() throws {
    for page in try ["README.md", "SECURITY.md", "CONTRIBUTING.md"] + Self.pages().map({ "docs/\($0)" }) {
      let folder = URL(filePath: page, relativeTo: checkout).deletingLastPathComponent()
      for link in try Self.text(page).matches(of: /\]\(([^)#:]*)(#([^)]*))?\)/) {
        let file =
          link.output.1.isEmpty ? checkout.appending(path: page) : folder.appending(path: String(link.output.1))
        let text = try? String(contentsOf: file, encoding: .utf8)
        #expect(text != nil, "\(page): \(link.output.0)")
        guard let anchor = link.output.3 else { continue }
        let headings = (text ?? "").split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
          String(
            heading.drop { $0 == "#" || $0 == " " }.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " }
          )
          .replacing(" ", with: "-")
        }
        #expect(headings.contains(String(anchor)), "\(page): \(link.output.0)")
      }
    }
  }

  @Test("the first program of the page about the library signs a proof")
  func exampleWorks() throws {
    let token = try signAndJudge(
      pfx: Fixtures.path("pfx/openssl-empty.p12"), objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01",
      now: NumericDate(seconds: 1_800_000_000), secrets: NoSecrets())
    #expect(token.split(separator: ".").count == 3)
  }

  @Test("the articles become pages, and their links lead somewhere", .tags(.process))
  func catalogue() throws {
    let folder = try TemporaryFolder()
    let outcome = try Shell.run(
      "cd '\(checkout.path)' && HOME='\(folder.path(""))' PATH=\"$TOOLS:$PATH\" scripts/documentation.sh '\(folder.path("pages"))'",
      environment: ["TOOLS": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try folder.names(in: "pages").contains("documentation"))
  }

  @Test("the profile of the article signs a token, and accepts it")
  func profileExample() throws {
    let report = try signByProfile(
      account: "builds", with: "pem:\(Fixtures.path("keys/rsa-2048.pem"))",
      now: NumericDate(seconds: 1_800_000_000), secrets: NoSecrets())
    #expect(report.isAccepted && report.profileID == "build-server", "\(report.failedChecks)")
  }

  @Test("the backend of the article passes the conformance suite, and notices a vault that signs with another key")
  func backendExample() async throws {
    let toolkit = Toolkit.openSSL()
    let keys = KeyRegistry(VaultBackend(vault: FileVault(), cryptography: toolkit.cryptography))
    let findings = await SignerConformance(
      of: VaultBackend(vault: FileVault(), cryptography: toolkit.cryptography), try keys.reference("vault:rsa-2048"),
      verifier: { key throws(KeyError) in try toolkit.cryptography.verifier(for: key) }
    ).findings()
    #expect(findings.isEmpty, "\(findings)")

    func signer(_ vault: FileVault, _ name: String) throws -> any Signer {
      let keys = KeyRegistry(VaultBackend(vault: vault, cryptography: toolkit.cryptography))
      return try keys.signer(
        for: KeyRequest(keys.reference("vault:\(name)"), algorithm: .rs256, at: 0, secrets: NoSecrets()))
    }
    let other = try signer(FileVault(signingKey: "rsa-2048-other"), "rsa-2048")
    #expect { try other.sign([1, 2, 3].span) } throws: { ($0 as? SigningError)?.code == .badSignature }
    #expect { try signer(FileVault(), "absent") } throws: { ($0 as? KeyError)?.code == .noSuchKey }
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
    let part = Self.errors.components(separatedBy: "\n### \(section.title)\n").dropFirst().first ?? ""
    let table = (part.components(separatedBy: "\n### ").first ?? "").components(separatedBy: "\n| id |").last ?? ""
    #expect(
      "| id |" + table.trimmingCharacters(in: .newlines) + "\n" == section.markdown,
      "write the table so:\n\(section.markdown)")
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

/// A vault whose keys are files of the fixtures.
private struct FileVault: Vault {
  /// The key that signs, whatever key is asked for.
  var signingKey: String?

  private func signer(_ name: String, _ algorithm: SignatureAlgorithm) throws -> any Signer {
    let keys = Toolkit.openSSL().keys
    return try keys.signer(
      for: KeyRequest(
        keys.reference("pem:\(Fixtures.path("keys/\(name).pem"))"), algorithm: algorithm, at: 0, secrets: NoSecrets()))
  }

  func publicKey(named name: String) throws -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: Fixtures.path("keys/\(name).pem")) else { return nil }
    return try signer(name, .rs256).publicKey.subjectPublicKeyInfo
  }

  func sign(_ message: [UInt8], by algorithm: String, withKeyNamed name: String) throws -> [UInt8] {
    let algorithm = try #require(SignatureAlgorithm(name: algorithm))
    return try signer(signingKey ?? name, algorithm).sign(message.span).bytes
  }
}
