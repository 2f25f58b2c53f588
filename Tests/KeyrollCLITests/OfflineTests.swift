import Foundation
import TestSupport
import Testing

/// The promise that nothing here opens a network connection, as the kernel and the linker see it.
@Suite(
  "Offline", .tags(.hsm, .process),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "strace is not installed"))
struct OfflineTests {
  private static let key = Fixtures.path("keys/rsa-2048.pem")
  private static let certificate = SignCommandTests.certificate
  private static let sign = "--key '\(SignCommandTests.key)' --at \(SignCommandTests.at)"
  private static let prepare = "--certificate '\(certificate)' --at \(SignCommandTests.at)"
  private static let proof = "--object-id \(SignCommandTests.objectID)"
  private static let object = "--application \(SignCommandTests.objectID)"
  private static let assertion = "--tenant \(SignCommandTests.tenant) --client-id \(SignCommandTests.clientID)"

  /// For each command, lines of shell that run it to its end, in the order in which they need each other's files.
  private static let lines: KeyValuePairs<String, String> = [
    "sign proof": "\(proof) \(sign) --output proof",
    "sign assertion": "\(assertion) \(sign) --output assertion",
    "sign claims": "--profile github-app --parameter client-id=me \(sign) --qr-output claims.svg",
    "prepare proof": "\(proof) \(prepare) --output request",
    "prepare assertion": "\(assertion) \(prepare)",
    "prepare claims": "--profile github-app --parameter client-id=me \(prepare)",
    "prepare form": "request --as digest-info --at \(SignCommandTests.at) --output form",
    "sign-request": "request \(sign) --output signature",
    "assemble": "--request request --signature signature --at \(SignCommandTests.at)",
    "verify": "--profile graph-proof --certificate '\(certificate)' \(proof) --at \(SignCommandTests.at) proof",
    "inspect": "proof",
    "explain": "'\(Fixtures.path("responses/curl.http"))' --token proof --at \(SignCommandTests.at)",
    "create key": "made.pem --no-password --bits 2048 --subject Next --at \(SignCommandTests.at)",
    "create certificate": "--key made.pem --subject Next --at \(SignCommandTests.at) --output again.cer",
    "create csr": "--key made.pem --subject Next --output made.csr",
    "prepare certificate": "--public-key made.csr --subject Next --at \(SignCommandTests.at)",
    "prepare csr": "--public-key made.csr --subject Next",
    "certificate show": "'\(certificate)'",
    "certificate store":
      "--key \"$KEY\" --pin-file \"$PIN_FILE\" '\(certificate)'",
    "request add-key": "\(object) --new-certificate '\(RequestCommandTests.other)' \(sign) --output add",
    "request remove-key": "\(object) --key-id \(SignCommandTests.tenant) \(sign) --output remove",
    "request token": "\(assertion) \(sign) --output token",
    "request list-keys": "--all --output list",
    "credentials": "'\(Fixtures.path("key-credentials/application.json"))' --at 2024-06-01T00:00:00Z",
    "rollover new":
      "roll \(object) \(assertion) \(sign) --new-key made.pem --new-certificate again.cer --plan-only",
    "rollover next": "roll --at \(SignCommandTests.at)",
    "rollover status": "roll --at \(SignCommandTests.at)",
    "rollover record":
      "roll '\(Fixtures.path("key-credentials/application.json"))' --at \(SignCommandTests.at)",
    "rollover switched": "roll --at \(SignCommandTests.at)",
    "rollover abandon": "roll --at \(SignCommandTests.at)",
    "request check": "--at \(SignCommandTests.at) add",
    "keys": "pkcs11:token=keyroll --login --pin-file \"$PIN_FILE\"",
    "join-codes": "<codes",
    "profiles": "",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The network system calls of a line of shell, one on each line.
  private func networkCalls(_ line: String, environment: [String: String] = [:]) throws -> (Outcome, [Substring]) {
    let traced = "cd '\(folder.path(""))'; strace -f -qq -e trace=%network -e signal=none -o trace \(line)"
    let outcome = try Shell.run(traced, environment: environment)
    let trace = try String(contentsOfFile: folder.path("trace"), encoding: .utf8)
    return (outcome, trace.split(separator: "\n"))
  }

  /// Whether the call is about a Unix socket, such as p11-kit uses to reach a module in another process.
  private func staysHere(_ call: Substring) -> Bool {
    call.contains("AF_UNIX") || !call.contains("socket") && !call.contains("AF_")
  }

  /// The words of each command, as the command itself lists them.
  private func commands() throws -> [String] {
    struct Command: Decodable {
      var commandName: String
      var subcommands: [Command]?

      var leaves: [String] {
        let own = (subcommands ?? []).filter { $0.commandName != "help" }
        return own.isEmpty ? [commandName] : own.flatMap { $0.leaves.map { "\(commandName) \($0)" } }
      }
    }
    struct Tree: Decodable { var command: Command }
    let dump = try BuiltCommand.run("--experimental-dump-help").output
    return try JSONDecoder().decode(Tree.self, from: Data(dump.utf8)).command.leaves
  }

  @Test(
    "no command opens a socket to another machine",
    .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
  func noSockets() throws {
    #expect(Set(try commands()) == Set(Self.lines.map { "keyroll \($0.key)" }))
    let tokens = try SharedToken.softHSM()
    try folder.write(Array("keyroll-part:1/1:BEF57EC7:abcdef\n".utf8), to: "codes")
    let key = "pkcs11:token=keyroll;object=rsa-2048?module-path=\(tokens.module)"
    let environment = ["PIN_FILE": tokens.pinFile, "KEY": key, "SOFTHSM2_CONF": tokens.path("softhsm2.conf")]
    for (command, arguments) in Self.lines {
      let module = command == "keys" ? "?module-path=\(tokens.module)" : ""
      let line = arguments.replacing("pkcs11:token=keyroll", with: "'pkcs11:token=keyroll\(module)'")
      let (outcome, calls) = try networkCalls("keyroll \(command) \(line)", environment: environment)
      // No new key was accepted, so the workload cannot be switched, and the package of `next` can still be sent.
      let isRefused = ["rollover switched", "rollover abandon"].contains(command)
      #expect(outcome.status == (isRefused ? 2 : 0), "\(command): \(outcome)")
      #expect(calls.allSatisfy(staysHere), "\(command): \(calls)")
    }
    let (outcome, calls) = try networkCalls(
      "keyroll sign proof \(Self.proof) --key '\(key)' --pin-file '\(tokens.pinFile)'", environment: environment)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(calls.allSatisfy(staysHere), "\(calls)")
  }

  @Test("a program that opens a socket is noticed")
  func control() throws {
    let (_, calls) = try networkCalls("python3 -c 'import socket; socket.socket()'")
    #expect(!calls.allSatisfy(staysHere), "\(calls)")
  }

  @Test("the command imports no function that reaches a network, and no library for that purpose")
  func libraries() throws {
    let symbols = try Judge.run("/usr/bin/nm", ["-D", "--undefined-only", BuiltCommand.path])
    try #require(symbols.status == 0 && symbols.output.contains("OPENSSL_init_crypto"), "\(symbols)")
    let names = symbols.output.split(separator: "\n").compactMap { $0.split(separator: " ").last?.prefix { $0 != "@" } }
    for name in ["socket", "connect", "sendto", "sendmsg", "getaddrinfo", "gethostbyname", "BIO_new_connect"] {
      #expect(!names.contains(name[...]), "\(name)")
    }
    let linked = try Judge.run("/usr/bin/ldd", [BuiltCommand.path])
    try #require(linked.status == 0, "\(linked)")
    let allowed = [
      "linux-vdso", "ld-linux", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libgcc_s.", "libstdc++.",
      "libcrypto.", "libp11-kit.", "libffi.", "libz.", "libzstd.", "libswift", "libFoundationEssentials.",
      "lib_FoundationCollections.", "libdispatch.", "libBlocksRuntime.",
    ]
    for line in linked.output.split(separator: "\n") {
      let name = line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }.split(separator: "/").last ?? ""
      #expect(allowed.contains { name.hasPrefix($0) }, "\(line)")
    }
  }
}
