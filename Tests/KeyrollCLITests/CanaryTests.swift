import Foundation
import TestSupport
import Testing

/// No command prints a mark of eight characters that is inside everything secret or unreadable.
@Suite(.tags(.process, .slow)) struct CanaryTests {
  private static let canary = "qZ7kXw9P"
  private static let proof = ["sign", "proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at]
  private static let request = ["--application", SignCommandTests.objectID, "--output"]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Files with the mark in places that a reader might quote.
  private static var files: [(name: String, bytes: [UInt8])] {
    get throws {
      let pem = try String(contentsOfFile: Fixtures.path("keys/rsa-2048.pem"), encoding: .utf8)
      var lines = pem.split(separator: "\n").map(String.init)
      lines[4] = canary + lines[4].dropFirst(canary.utf8.count)
      let marked = lines.joined(separator: "\n") + "\n"
      let body = lines[1...8].joined()
      let texts = [
        "marked": marked, "spaces": lines.joined(separator: " "), "literal": lines.joined(separator: #"\n"#),
        "joined": lines.joined(), "no-end": lines.dropLast(5).joined(separator: "\n"),
        "other-end": marked.replacing("END PRIVATE", with: "END \(canary)"),
        "label": "-----BEGIN \(canary)-----\nAAAA\n-----END \(canary)-----\n",
        "label-of-key": marked.replacing("PRIVATE KEY", with: "\(canary) PRIVATE KEY"),
        "header": marked.replacing("KEY-----\nMII", with: "KEY-----\nX: \(canary)\n\nMII"),
        "cipher":
          "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: \(canary),00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        "openssh": marked.replacing("PRIVATE KEY", with: "OPENSSH PRIVATE KEY"),
        "certificate-label": marked.replacing("PRIVATE KEY", with: "CERTIFICATE"),
        "public-label": marked.replacing("PRIVATE KEY", with: "RSA PUBLIC KEY"), "base64": body,
        "jwk": #"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"\#(canary)","p":"\#(body)"}"#,
        "jwk-twice": #"{"kty":"RSA","d":"\#(canary)","d":"\#(canary)"}"#, "jwk-cut": #"{"kty":"RSA","d":"\#(canary)"#,
        "vault": #"{"contentType":"application/x-pkcs12","value":"\#(canary)\#(body)"}"#,
        "google": #"{"type":"service_account","private_key":"\#(lines.joined(separator: #"\n"#))"}"#,
        "array": #"["\#(canary)"]"#, "text": "\(canary)\n", "lines": "\(canary)\n\(canary)\n",
        "token": "Bearer eyJhbGciOiJSUzI1NiJ9.\(canary).\(canary)",
      ]
      var files = texts.sorted { $0.key < $1.key }.map { (name: $0.key, bytes: Array($0.value.utf8)) }
      files.append(("der", [0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x00] + Array(canary.utf8)))
      files.append(("pfx", [0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x03, 0x30, 0x08] + Array(canary.utf8)))
      files.append(("utf16", [0xFF, 0xFE] + marked.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }))
      return files
    }
  }

  /// Every command and option that reads a file, with the place of its path.
  private func commands(_ path: String) -> [[String]] {
    let key = Fixtures.path("keys/rsa-2048.pem")
    let leaf = Fixtures.path("certificates/leaf.pem")
    let pfx = Fixtures.path("pfx/openssl-default.p12")
    let verify = ["verify", "--algorithm", "RS256"]
    let token = Fixtures.path("tokens/assertion-audience-v1-endpoint.jwt")
    let addKey = ["request", "add-key"] + Self.request + [folder.path("out")]
    let removeKey = ["request", "remove-key"] + Self.request + [folder.path("out")]
    return [
      Self.proof + ["--key", path], Self.proof + ["--key", "pem:\(path)"], Self.proof + ["--key", "pfx:\(path)"],
      Self.proof + ["--key", "pem:\(key);cert=\(path)"], Self.proof + ["--key", key, "--certificate", path],
      Self.proof + ["--key", "pkcs11:token=none;object=a?certificate=\(path)"],
      Self.proof + ["--key", "pkcs11:token=none;object=a?pin-source=file:\(path)"],
      Self.proof + ["--key", "command:/bin/false;cert=\(path)"],
      Self.proof + ["--key", "command:/bin/false;public=\(path)"],
      Self.proof + ["--key", "command:\(path);cert=\(leaf)"], Self.proof + ["--key", pfx, "--password-file", path],
      Self.proof + ["--key", "pfx:\(pfx);password-file=\(path)"],
      Self.proof + ["--key", "pkcs11:token=none;object=a", "--pin-file", path], ["certificate", path],
      ["certificate", pfx, "--password-file", path], verify + ["--certificate", path, token],
      verify + ["--public-key", path, token], verify + ["--certificate", leaf, path], ["inspect", path],
      ["prepare"] + Self.proof.dropFirst() + ["--certificate", path],
      ["sign", "claims", "--profile", path, "--key", key], ["verify", "--profile", path, "--certificate", leaf, token],
      ["sign-request", path, "--key", key], ["assemble", "--request", path, "--signature", path],
      ["prepare", "form", path, "--as", "digest"], ["explain", path], ["explain", path, "--token", path],
      ["join-codes", path],
      addKey + ["--new-certificate", path, "--key", key], addKey + ["--new-certificate", leaf, "--key", path],
      addKey + ["--new-certificate", leaf, "--proof", path, "--certificate", leaf],
      addKey + ["--new-certificate", leaf, "--registered", path, "--key", key],
      addKey + ["--new-certificate", path, "--with-password", "--new-password-file", path, "--key", key],
      removeKey + ["--old-certificate", path, "--registered", path, "--key", key],
      removeKey + ["--key-id", SignCommandTests.objectID, "--proof", path, "--certificate", path],
      ["request", "check", path],
    ]
  }

  /// True for a single line that is taken for the text of one code, which is passed through whatever
  /// it is.
  private static func passesThrough(_ arguments: [String], _ bytes: [UInt8]) -> Bool {
    arguments.first == "join-codes" && bytes.split { [0x0A, 0x0D].contains($0) }.count == 1
  }

  @Test("no command shows the contents of a file that is secret or that it cannot read")
  func files() throws {
    for (name, bytes) in try Self.files {
      let path = try folder.write(bytes, to: name)
      for arguments in commands(path) where !Self.passesThrough(arguments, bytes) {
        let outcome = try BuiltCommand.run(arguments)
        #expect(!"\(outcome.output)\(outcome.error)".contains(Self.canary), "\(name): \(arguments) \(outcome)")
      }
    }
  }

  @Test("no command shows a secret from standard input either", arguments: ["marked", "spaces", "text"])
  func standardInput(name: String) throws {
    let bytes = try #require(try Self.files.first { $0.name == name }).bytes
    func isStandardInput(_ argument: String) -> Bool {
      argument == "-" || argument.hasSuffix("=-") || argument.hasSuffix(":-")
    }
    for arguments in commands("-")
    where arguments.count(where: isStandardInput) == 1 && !Self.passesThrough(arguments, bytes) {
      let outcome = try BuiltCommand.run(arguments, input: bytes)
      #expect(!"\(outcome.output)\(outcome.error)".contains(Self.canary), "\(arguments) \(outcome)")
    }
  }

  @Test("no command repeats an argument that may be a token, a key or a secret")
  func arguments() throws {
    let pem = try #require(try Self.files.first { $0.name == "spaces" }).bytes
    let text = try #require(String(bytes: pem, encoding: .utf8))
    let leaf = Fixtures.path("certificates/leaf.pem")
    for value in [
      "pfx:x;password=\(Self.canary)", "Bearer eyJhbGciOiJSUzI1NiJ9.\(Self.canary).c2ln",
      "eyJhbGciOiJSUzI1NiJ9.\(Self.canary)", text,
    ] {
      for arguments in [
        Self.proof + ["--key=\(value)"], Self.proof + ["--key", "pem:\(value)"], Self.proof + ["--key", value],
        Self.proof + ["--key", "pem:x;cert=\(value)"], Self.proof + ["--key", leaf, "--certificate=\(value)"],
        Self.proof + ["--key", "command:\(value)"], Self.proof + ["--key", "pfx:x", "--password-file=\(value)"],
        ["certificate", value], ["inspect", value], ["inspect", value, value],
        ["verify", "--certificate", leaf, "--algorithm", "RS256", value],
        ["verify", "--certificate=\(value)", "--algorithm", "RS256", leaf], ["explain", leaf, "--token=\(value)"],
        ["request", "remove-key"] + Self.request + [
          folder.path("out"), "--key-id", SignCommandTests.objectID, "--proof=\(value)", "--certificate", leaf,
        ], ["request", "check", value], [value], ["sign", "proof", "--object-id", "x", "--key", leaf, "--at=\(value)"],
        Self.proof + ["--key", leaf, "--not-before=\(value)"], Self.proof + ["--key", leaf, "--valid-for=\(value)"],
        ["sign", "proof", "--key", leaf, "--object-id=\(value)"],
        ["sign", "claims", "--profile=\(value)", "--key", leaf],
        Self.proof + ["--key", "command:/bin/true;cert=\(leaf)", "--signer-env=\(value)"],
        ["request", "remove-key"] + Self.request + [folder.path("out"), "--key-id=\(value)", "--key", leaf],
        ["request", "check", folder.path("x"), "--object-id=\(value)"],
        ["sign", "claims", "--profile", "github-app", "--key", leaf, "--claim=\(value)=", "--claim=\(value)="],
        ["sign", "claims", "--profile", "github-app", "--key", leaf, "--parameter=\(value)=", "--parameter=\(value)="],
      ] {
        let outcome = try BuiltCommand.run(arguments)
        #expect(outcome.status != 0 || arguments.first == "inspect")
        #expect(!"\(outcome.output)\(outcome.error)".contains(Self.canary), "\(arguments) \(outcome)")
      }
    }
    for arguments in [
      ["--key", "pem:x;password=\(Self.canary)"], ["--key", "pem:x;colour=\(Self.canary)"],
      ["--key", "x;pin=\(Self.canary)"],
      ["--key", "pkcs11:token=a?PIN-VALUE=\(Self.canary)"], ["--key", "tpm2:a;auth=\(Self.canary)"],
      ["--key", "pem:x", "--password-env", Self.canary], ["--key", "pem:x", "--password-fd", Self.canary],
      ["--key", "pem:x", "--password-fd=\(Self.canary)"], ["--key", "pem:x", "--pin-fd", Self.canary],
      ["--key", "pem:x", "--password", Self.canary], ["--key", "pem:x", "--password=\(Self.canary)"],
      ["--key", "pem:x", "--pin=\(Self.canary)"], ["--key", "pem:x", "--passphrase", Self.canary],
    ] {
      let outcome = try BuiltCommand.run(Self.proof + arguments)
      #expect(outcome.status != 0)
      #expect(!"\(outcome.output)\(outcome.error)".contains(Self.canary), "\(arguments) \(outcome)")
    }
  }
}
