import Foundation
import KeyrollCLI
import TestSupport
import Testing

/// Every example in a help screen is run, in the order of the screen, in a folder with the files that examples name.
@Suite(
  .tags(.hsm, .process, .slow),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct HelpExampleTests {
  static let commands = CommandDescription.all.keys.sorted()

  /// Commands without examples that are run, each with the reason.
  private static let exceptions: [String: String] = [:]

  @Test("a command, and a group of commands, has two or three examples, which do what they say", arguments: commands)
  func examples(command: String) throws {
    if Self.exceptions[command] != nil { return }
    let words = command.split(separator: " ").dropFirst().map(String.init)
    let help = try BuiltCommand.run(words + ["--help"]).output
    let examples = Self.examples(in: help)
    #expect((2...3).contains(examples.count), "\(command): \(examples)")
    // A chain of commands is one example of each of them.
    #expect(examples.contains { $0.contains(command.replacing(" show", with: "")) }, "\(examples)")
    // Those of a group are of several of its commands, and of no other.
    let isGroup = !(CommandDescription.all[command]?.subcommands.isEmpty ?? true)
    let isOwn =
      examples.allSatisfy { $0.hasPrefix(command) } && Set(examples.map { $0.prefix(command.count + 8) }).count > 1
    #expect(!isGroup || isOwn, "\(command): \(examples)")
    let place = try ExamplePlace()
    for example in examples {
      let outcome = try place.run(example)
      #expect(outcome.status == 0 && !outcome.output.contains("keyroll: error: "), "\(example)\n\(outcome.output)")
    }
  }

  @Test("a line of an example is not folded in a help screen, so that it can be copied")
  func width() throws {
    let help = try BuiltCommand.run("create", "key", "--help").output
    #expect(!Self.examples(in: help).isEmpty)
    for command in Self.commands {
      let words = command.split(separator: " ").dropFirst().map(String.init)
      for line in Self.lines(in: try BuiltCommand.run(words + ["--help"]).output) {
        #expect(line.hasPrefix("  "), "\(command): \(line)")
      }
    }
  }

  /// The lines below the heading, up to the next empty one.
  private static func lines(in help: String) -> [String] {
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let heading = lines.firstIndex(of: "Examples:") else { return [] }
    return Array(lines[(heading + 1)...].prefix { !$0.isEmpty })
  }

  /// Each as it is given to a shell, with the lines that a backslash joins.
  private static func examples(in help: String) -> [String] {
    var examples: [String] = []
    for line in lines(in: help) {
      if let last = examples.last, last.hasSuffix("\\") {
        examples[examples.count - 1] = String(last.dropLast()) + String(line.drop { $0 == " " })
      } else {
        examples.append(String(line.dropFirst(2)))
      }
    }
    return examples
  }
}

/// A folder with the files that examples name, and a token called HSM.
private final class ExamplePlace: Sendable {
  private static let objectID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
  private static let clientID = "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"
  private static let githubID = "Iv1.1234567890abcdef"
  private static let password = "a password"

  /// Made once: what is made of it are copies.
  private static let model = Result { try ExamplePlace(filled: ()) }

  private let folder: TemporaryFolder
  private let tokens: ThrowawayToken
  private let modules: ConfiguredModules

  /// A copy that nobody else has.
  convenience init() throws {
    let model = try Self.model.get()
    let folder = try TemporaryFolder()
    let copied = try Judge.run("/bin/cp", ["-r", model.folder.path("files"), folder.path("")])
    try #require(copied.status == 0, "\(copied)")
    try self.init(in: folder, with: try model.tokens.copy())
  }

  private init(in folder: TemporaryFolder, with tokens: ThrowawayToken) throws {
    self.folder = folder
    self.tokens = tokens
    modules = try ConfiguredModules(["softhsm": "module: \(tokens.module)"], tokens: tokens)
    try FileManager.default.createDirectory(atPath: folder.path("bin"), withIntermediateDirectories: true)
    let command = modules.command([]).map { "'\($0)'" }.joined(separator: " ")
    try folder.program("#!/bin/sh\nexec \(command) \"$@\"\n", named: "bin/keyroll")
  }

  private convenience init(filled: ()) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("files"), withIntermediateDirectories: true)
    try self.init(in: folder, with: try SharedToken.softHSM().copy())
    try folder.write(Array(Self.password.utf8), to: "files/password")
    try folder.write(Array(ThrowawayToken.pin.utf8), to: "files/pin")
    try folder.write(Fixtures.bytes("responses/curl.http"), to: "files/answer.http")
    let made = try Shell.run(
      "cd '\(folder.path("files"))' && PATH='\(folder.path("bin"))':$PATH && set -e\n\(script)",
      environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf")])
    try #require(made.status == 0, "\(made)")
    try folder.write(try registered(), to: "files/registered.json")
    try folder.write(try registered(), to: "files/apps.json")
  }

  private var script: String {
    """
    softhsm2-util --init-token --free --label HSM --pin \(ThrowawayToken.pin) --so-pin \(ThrowawayToken.pin)
    for name in old new; do
      keyroll create key $name.pfx --subject "Payroll $name" --new-password-file password
    done
    keyroll create key pem:key.pem --no-password --subject Payroll
    keyroll create key 'pkcs11:token=HSM;object=payroll-2026' --subject Payroll --output hsm.cer --pin-file pin
    openssl pkey -in key.pem -pubout -out key.pub
    keyroll sign proof --object-id \(Self.objectID) --key old.pfx --password-file password --output proof.jwt
    keyroll sign assertion --tenant example.com --client-id \(Self.clientID) --key old.pfx --password-file password \
      --output assertion.jwt
    keyroll sign claims --profile github-app --parameter client-id=\(Self.githubID) --key key.pem --output github.jwt
    keyroll profiles github-app > mine.json
    (printf 'Bearer '; cat proof.jwt) > mail.txt
    keyroll prepare proof --object-id \(Self.objectID) --certificate old.cer --output request.json
    keyroll sign-request --yes --key old.pfx --password-file password --output signature.txt request.json
    keyroll request add-key --application \(Self.objectID) --new-certificate new.cer --key old.pfx \
      --password-file password --output add-key
    keyroll sign proof --object-id \(Self.objectID) --key old.pfx --password-file password --x5c --qr-output codes.svg
    rollover() {
      folder=$1 && shift
      keyroll rollover new $folder --application \(Self.objectID) --client-id \(Self.clientID) --tenant example.com \
        --key old.pfx --new-key new.pfx --password-file password "$@"
    }
    rollover payroll && rollover crm && rollover hr --plan-only && rollover sales --plan-only
    accepted='{"token_type":"Bearer","expires_in":3599,"access_token":"opaque"}'
    printf 'HTTP/1.1 200 OK\\r\\n\\r\\n%s' "$accepted" > crm/send-1/try-1-1/answer.txt
    mkdir returned page-1
    cp -r payroll/send-1 returned
    printf 'HTTP/1.1 200 OK\\r\\n\\r\\n%s' "$accepted" > returned/send-1/try-1-1/answer.txt
    echo 'folder,application,client-id,key,new-key' > apps.csv
    echo 'app-1,\(Self.objectID),\(Self.clientID),old.pfx,new.pfx' >> apps.csv
    keyroll request list-keys --all --output first
    url=$(sed -n 's/^url = "\\(.*\\)"$/\\1/p' first/request.curl)
    printf '{"value":[],"@odata.nextLink":"%s&$skiptoken=abc"}' "$url" > page-1/answer.txt
    rsvg-convert codes.svg --output codes.png
    zbarimg --raw --quiet -Sdisable -Sqrcode.enable codes.png > codes.txt
    """
  }

  /// A saved answer of Graph with both certificates.
  private func registered() throws -> [UInt8] {
    let names = ["old", "new"]
    let credentials = try names.enumerated().map { index, name in
      let shown = try BuiltCommand.run("certificate", folder.path("files/\(name).cer"), "--format", "json")
      let report = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
      let certificate = try #require((report?["certificates"] as? [[String: Any]])?.first)
      return [
        "customKeyIdentifier": certificate["customKeyIdentifierBase64"], "key": certificate["key"],
        "startDateTime": certificate["startDateTime"], "endDateTime": certificate["endDateTime"],
        "displayName": certificate["subject"], "keyId": "7c9e6679-7425-40de-944b-e07fc1f90ae\(index)",
        "type": "AsymmetricX509Cert", "usage": "Verify",
      ].compactMapValues(\.self)
    }
    return [UInt8](
      try JSONSerialization.data(withJSONObject: ["id": Self.objectID, "keyCredentials": credentials] as [String: Any]))
  }

  /// Runs a line on a terminal, as a person who answers what is asked; what it would write is out of the way.
  func run(_ line: String) throws -> Outcome {
    let words = line.split(separator: " ").map(String.init)
    if let option = words.firstIndex(of: "--output"), option + 1 < words.count {
      try? FileManager.default.removeItem(atPath: folder.path("files/\(words[option + 1])"))
    }
    let session = try TerminalSession(
      "/bin/sh", ["-c", "cd '\(folder.path("files"))' && \(line)"],
      environment: ["PATH": "\(folder.path("bin")):/usr/bin:/bin", "HOME": folder.path("")])
    for (prompt, answer) in Self.answers(to: line) {
      try session.wait(for: prompt)
      try session.type("\(answer)\n")
    }
    return try session.finish()
  }

  /// What is asked of who types such a line, in its order, and what to answer.
  private static func answers(to line: String) -> [(prompt: String, answer: String)] {
    var answers: [(prompt: String, answer: String)] = []
    let makesFile = line.hasPrefix("keyroll create key ") && !line.contains("pkcs11:")
    if makesFile { answers += [("new password for ", password), ("again: ", password)] }
    if line.hasPrefix("keyroll sign-request"), !line.contains("--show") {
      answers.append(("Type yes to sign it: ", "yes"))
    }
    if line.hasPrefix("keyroll rollover new hr-2027") {
      answers += [("password for ", password), ("new password for ", password), ("again: ", password)]
    }
    if line.hasPrefix("keyroll rollover next sales") {
      answers += [("password for ", password), ("password for ", password)]
    }
    let opensFile =
      !makesFile && !line.hasPrefix("keyroll rollover")
      && (line.contains("--key old.pfx") || line.contains("--key new.pfx") || line.contains("certificate new.pfx"))
    if opensFile, !line.contains("--password-file") { answers.append(("password for ", password)) }
    let needsPIN = line.contains("pkcs11:") && (!line.hasPrefix("keyroll keys") || line.contains("--login"))
    if needsPIN, !line.contains("--pin-file") { answers.append(("PIN of token ", ThrowawayToken.pin)) }
    return answers
  }
}
