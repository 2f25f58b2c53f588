import Foundation
import TestSupport
import Testing

/// Runs the commands that README.md and the pages in `docs` show, one after the other, as a reader would.
@Suite(
  .tags(.process, .hsm, .slow),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct DocumentedCommandsTests {
  /// Commands that are not run, by how they begin, and why.
  private static let exempt = [
    "scripts/quickstart.sh": "it builds the release binary, which takes minutes",
    "scripts/test.sh": "it runs this test",
    "p11-kit server": "it runs until it is ended; RemoteModuleTests run it",
    "ssh -N": "it needs another host; RemoteModuleTests use the same socket",
    "cat ~/.config/pkcs11": "it shows a file of the reader's home; RemoteModuleTests write it",
    "zbarcam": "it needs a camera",
    "sort -u codes.txt": "it joins what the camera read; QRCodeTests join such texts",
  ]

  /// The words in capitals for values of the reader, and the values here.
  private static func values(_ token: ThrowawayToken) -> [String: String] {
    [
      "OBJECT-ID": LoopbackService.applicationID, "CLIENT-ID": LoopbackService.clientID,
      "TENANT": LoopbackService.tenant, "KEY-ID": "49b5038b-acf5-5f91-a1a2-30dd37ad62ae",
      "APP-ID": LoopbackService.clientID, "LABEL": token.maker.label, "NAME": "rsa-2048",
    ]
  }

  private static func filled(_ text: String, _ values: [String: String]) -> String {
    text.replacing(/[A-Z]+(-[A-Z]+)?/) { values[String($0.output.0)] ?? String($0.output.0) }
  }

  /// `RolloverTranscriptTests` run the walks of this page, which take weeks, by a clock of their own.
  private static let walks = "docs/rollover.md"
  /// Packages are installed and checked in systems of their own by `scripts/test-packages.sh`, and a release needs an HSM.
  private static let installation = "docs/install.md"

  @Test(
    "the commands on a page run, and print what the page shows",
    arguments: DocumentedPage.all.filter { ![walks, installation].contains($0.path) })
  func commands(of page: DocumentedPage) throws {
    let commands = page.commands.filter { command in !Self.exempt.keys.contains { command.line.hasPrefix($0) } }
    if commands.isEmpty { return }
    let token = try SharedToken.softHSM().copy()
    let site = try DocumentedSite(for: page, with: token)
    for var command in commands {
      let values = Self.values(token)
      command = DocumentedPage.Command(
        line: Self.filled(command.line, values), output: command.output.map { Self.filled($0, values) })
      let outcome = try site.run(command.line)
      let printed = outcome.output
      let status: Int32 = command.output.contains { $0.hasPrefix("REJECTED") } ? 1 : 0
      #expect(outcome.status == status && command.shows(printed), "\(command.line)\n\(printed)")
    }
  }

  @Test("every exempted command is one that a page shows")
  func exemptionsAreUsed() {
    let lines = DocumentedPage.all.flatMap(\.commands).map(\.line)
    for beginning in Self.exempt.keys { #expect(lines.contains { $0.hasPrefix(beginning) }, "\(beginning)") }
  }

  @Test(
    "a block of another kind shows no command", arguments: DocumentedPage.all.filter { $0.path != installation })
  func otherBlocks(_ page: DocumentedPage) {
    #expect(page.text.components(separatedBy: "\n").count { $0.hasPrefix("```") } == page.blocks.count * 2)
    for block in page.blocks where block.language != "console" {
      #expect(["", "swift", "json"].contains(block.language), "\(block.language)")
      for line in block.lines {
        #expect(!line.hasPrefix("keyroll ") && !line.hasPrefix("$ ") && !line.hasPrefix("scripts/"), "\(line)")
      }
    }
  }

  @Test("every option that a page names is one of the command's")
  func optionsExist() throws {
    let help = try BuiltCommand.run("--experimental-dump-help")
    var names = Set(help.output.matches(of: /"name" : "([a-z0-9-]+)"/).map { String($0.output.1) })
    try #require(names.count > 50)
    // Options of ArgumentParser itself, which does not list them.
    names.insert("generate-completion-script")
    // Options of curl, openssl, pkcs11-tool and the like, in lines of their own.
    let others = /^.*\b(curl|openssl|pkcs11-tool|p11-kit|az|swift|docc|zbarcam) .*$/.anchorsMatchLineEndings()
    for page in DocumentedPage.all where page.path != Self.installation {
      for match in page.text.replacing(others, with: "").matches(of: /--([a-z][a-z0-9-]+)/) {
        #expect(names.contains(String(match.output.1)), "\(page.path): \(match.output.0)")
      }
    }
  }
}

/// A folder with everything that the pages assume: the keys and certificates of an application, and the programs beside
/// them.
private final class DocumentedSite {
  static let password = "an old password"

  let folder: TemporaryFolder
  private let token: ThrowawayToken
  private let service: LoopbackService?

  init(for page: DocumentedPage, with token: ThrowawayToken) throws {
    folder = try TemporaryFolder()
    self.token = token
    let sends = page.text.contains("connected$ ")
    service =
      sends
      ? try LoopbackService(registered: ["49b5038b-acf5-5f91-a1a2-30dd37ad62ae": Fixtures.path("certificates/leaf.pem")]
      )
      : nil

    let leaf = try Fixtures.bytes("certificates/leaf.pem")
    for name in ["old.pem", "rollover.pem"] { try folder.write(leaf, to: name) }
    try folder.write(Fixtures.bytes("certificates/leaf.der"), to: "old.cer")
    try folder.write(Fixtures.bytes("keys/rsa-2048.pem") + leaf, to: "key.pem")
    try folder.write(
      Fixtures.bytes("keys/rsa-2048-other.pem") + Fixtures.bytes("certificates/other.pem"), to: "new.pem")
    try folder.write(Array(ThrowawayToken.pin.utf8), to: "pin")
    try folder.write(Fixtures.bytes("responses/curl.http"), to: "answer.http")
    let signer = try String(contentsOf: checkout.appending(path: "scripts/signers/openssl"), encoding: .utf8)
    try folder.program(signer, named: "signer", mode: "700")
    try makeRegistration()
    var lines = [
      "openssl pkcs12 -export -in key.pem -passout 'pass:\(Self.password)' -out old.pfx && cp old.pfx rollover.pfx",
      "openssl pkey -in key.pem -pubout -out key.pub", "keyroll certificate old.pem --format jwk > key.jwk",
      "chmod 600 *.pfx",
    ]
    if !page.text.contains("keyroll create key new.pfx") {
      lines.append("openssl x509 -in new.pem -outform DER -out new.cer")
    }
    if !page.text.contains("--output proof.jwt") {
      lines.append("keyroll sign proof --key key.pem --object-id \(LoopbackService.applicationID) --output proof.jwt")
      lines.append(
        "keyroll sign assertion --key key.pem --tenant \(LoopbackService.tenant) --client-id \(LoopbackService.clientID) --output assertion.jwt"
      )
      lines.append(
        "keyroll sign claims --key key.pem --profile github-app --parameter client-id=Iv1.8a61f9b3a7aba766 --output app.jwt"
      )
    }
    for line in lines {
      let outcome = try Shell.run("cd '\(folder.path(""))' && \(line)")
      guard outcome.status == 0 else { throw SystemFailure("\(line): \(outcome)", code: EIO) }
    }
  }

  /// A saved application with both certificates, whose entries are valid for a long time, and an `az` that prints it.
  private func makeRegistration() throws {
    let saved = try #require(String(validating: try Fixtures.bytes("key-credentials/application.json"), as: UTF8.self))
    let text = saved.replacing("2025-01-01T00:00:00Z", with: "2049-01-01T00:00:00Z")
      .replacing("2026-06-01T12:30:00Z", with: "2049-06-01T12:30:00Z")
      .replacing("CN=leaf, O=keyroll fixtures", with: "CN=current")
      .replacing("CN=other, O=keyroll fixtures", with: "CN=next")
    try folder.write(Array(text.utf8), to: "saved.json")
    try folder.program("#!/bin/sh\nexec cat '\(folder.path("saved.json"))'\n", named: "az", mode: "700")
  }

  /// Runs a line on a terminal, with the token, and answers each question.
  func run(_ line: String) throws -> Outcome {
    let built = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().path
    let search = [folder.path(""), service?.curlFolder ?? "", built, "/usr/bin", "/bin"].filter { !$0.isEmpty }
    let session = try token.session(
      "/bin/sh", ["-c", "cd '\(folder.path(""))' && \(line)"], environment: ["PATH": search.joined(separator: ":")])
    return try session.finish { question in
      if question.contains("PIN") { return ThrowawayToken.pin }
      return question.contains("Type yes") ? "yes" : Self.password
    }
  }
}
