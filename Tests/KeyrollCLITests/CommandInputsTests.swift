import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct CommandInputsTests {
  private let folder: TemporaryFolder
  private let key: String
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private static let proof = ["sign", "proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at]

  init() throws {
    folder = try TemporaryFolder()
    key = try folder.write(
      try Fixtures.bytes("keys/rsa-2048.pem") + Fixtures.bytes("certificates/leaf.pem"), to: "a;b %.pem")
  }

  private var escapedKey: String { key.replacing("%", with: "%25").replacing(";", with: "%3B") }

  @Test("a file of a key reference is never replaced, however it is named")
  func sparesFilesOfReferences() throws {
    let certificate = try folder.write(try Fixtures.bytes("certificates/leaf.pem"), to: "c;.cer")
    let password = try folder.write(Array("correct horse\n".utf8), to: "p;w")
    let pfx = try folder.write(try Fixtures.bytes("pfx/openssl-default.p12"), to: "x;.p12")
    func escaped(_ path: String) -> String { path.replacing(";", with: "%3B") }
    try folder.link("link", to: key)
    let hard = folder.path("hard")
    try FileManager.default.linkItem(atPath: key, toPath: hard)
    for (reference, options, spared) in [
      ("pem:\(escapedKey)", [], key), ("pem:\(escapedKey)", [], hard), (key, [], key), (folder.path("link"), [], key),
      ("pem:\(escapedKey);cert=\(escaped(certificate))", [], certificate),
      ("pfx:\(escaped(pfx));password-file=\(escaped(password))", [], password),
      ("pfx:\(escaped(pfx))", ["--password-file", password], password),
      (key, ["--certificate", certificate], certificate),
      ("pkcs11:token=a;object=b?certificate=\(certificate.replacing(";", with: "%3B"))", [], certificate),
      ("pkcs11:token=a;object=b?pin-source=file:\(password.replacing(";", with: "%3B"))", [], password),
    ] {
      for output in ["--output", "--qr-output"] {
        let before = try Data(contentsOf: URL(fileURLWithPath: spared))
        let outcome = try BuiltCommand.run(Self.proof + ["--key", reference] + options + [output, spared, "--force"])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.error.contains("is read by this command, and is never replaced [output-exists]"), "\(outcome)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: spared)) == before)
      }
    }
  }

  @Test("a file of any other option is never replaced either")
  func sparesOtherInputs() throws {
    let profile = try folder.write(
      Array(try BuiltCommand.run("profiles", "github-app").output.utf8), to: "profile.json")
    let request = folder.path("request.json")
    let prepared = try BuiltCommand.run(
      ["prepare"] + Self.proof.dropFirst() + ["--certificate", Self.certificate, "--output", request])
    #expect(prepared.status == 0, "\(prepared)")
    let claims = ["claims", "--profile", profile, "--parameter", "client-id=a"]
    for (arguments, spared) in [
      (["sign"] + claims + ["--key", key], profile),
      (["prepare"] + claims + ["--certificate", Self.certificate], profile),
      (["sign-request", request, "--key", key, "--profile", profile], profile),
      (["assemble", "--request", request, "--signature", profile, "--profile", profile], profile),
      (["prepare", "form", request, "--as", "digest", "--profile", profile], profile),
      (["join-codes", profile], profile),
    ] {
      let before = try folder.bytes("profile.json")
      let outcome = try BuiltCommand.run(arguments + ["--output", spared, "--force"])
      #expect(outcome.error.contains("is read by this command, and is never replaced [output-exists]"), "\(outcome)")
      #expect(try folder.bytes("profile.json") == before)
    }
  }

  @Test("a file that is standard input or a descriptor is never replaced either")
  func sparesDescriptors() throws {
    let password = try folder.write(Array("correct horse\n".utf8), to: "password")
    let request = folder.path("request.json")
    let prepared = try BuiltCommand.run(
      ["prepare"] + Self.proof.dropFirst() + ["--certificate", Self.certificate, "--output", request])
    #expect(prepared.status == 0, "\(prepared)")
    let pfx = Fixtures.path("pfx/openssl-default.p12")
    let proof = (["keyroll"] + Self.proof).joined(separator: " ")
    for (line, spared) in [
      ("\(proof) --key pem:- --output '\(key)' --force <'\(key)'", key),
      ("\(proof) --key '\(pfx)' --password-fd 3 --output \(password) --force 3<\(password)", password),
      (
        "keyroll sign-request - --key '\(key)' --at \(SignCommandTests.at) --output \(request) --force <\(request)",
        request
      ),
    ] {
      let before = try Data(contentsOf: URL(fileURLWithPath: spared))
      let script = line.replacing("keyroll ", with: "\(BuiltCommand.path) ", maxReplacements: 1)
      let outcome = try Judge.run("/bin/sh", ["-c", script])
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.error.contains("is read by this command, and is never replaced [output-exists]"), "\(outcome)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: spared)) == before)
    }
  }

  @Test("standard input that is named twice is a wrong command line, before anything is read")
  func standardInputTwice() throws {
    let missing = folder.path("missing")
    for arguments in [
      Self.proof + ["--key", "pem:-", "--password-file", "-"], Self.proof + ["--key", "-", "--password-fd", "0"],
      Self.proof + ["--key", "pfx:-;password-file=-"], Self.proof + ["--key", "pem:-;cert=-"],
      Self.proof + ["--key", "/dev/stdin", "--certificate", "-"],
      Self.proof + ["--key", "pfx:\(missing);password-file=-", "--certificate", "-"],
      ["verify", "--certificate", "-", "--algorithm", "RS256", "-"],
      ["verify", "--certificate", "-", "--certificate", "-", "--algorithm", "RS256", missing],
      ["verify", "--certificate", missing, "--public-key", "/dev/fd/0", "--algorithm", "RS256", "-"],
      ["certificate", "-", "--password-file", "-"], ["explain", "-", "--token", "-"],
      ["assemble", "--request", "-", "--signature", "-"], ["sign-request", "-", "--key", "pem:-"],
      [
        "request", "add-key", "--application", SignCommandTests.objectID, "--new-certificate", "-", "--key", "pem:-",
        "--output", missing,
      ],
    ] {
      let outcome = try BuiltCommand.run(arguments)
      #expect(outcome.status == 64, "\(arguments) \(outcome)")
      #expect(outcome.error.hasPrefix("keyroll: error: standard input cannot be both "), "\(outcome)")
    }
  }

  @Test("a pipe is standard input under every name that it has")
  func standardInputByAnotherName() throws {
    try folder.link("link", to: "/dev/stdin")
    for path in ["/dev/./stdin", "/proc/thread-self/fd/0", folder.path("link")] {
      let line = ([BuiltCommand.path] + Self.proof + ["--key", "pem:\(path)", "--certificate", "-"])
        .map { "'\($0)'" }.joined(separator: " ")
      #expect(
        try Judge.run("/bin/sh", ["-c", "printf x | \(line) 2>&1; true"]).output.contains(
          "standard input cannot be both "),
        "\(path)")
    }
  }

  @Test("a key or password file gives a warning only if other users can read it")
  func exposure() throws {
    let pfx = try folder.write(try Fixtures.bytes("pfx/openssl-default.p12"), to: "key.p12")
    let password = try folder.write(Array("correct horse\n".utf8), to: "password")
    func sign(_ key: String, _ options: String...) throws -> [String] {
      let outcome = try BuiltCommand.run(Self.proof + ["--key", key] + options)
      #expect(outcome.status == 0, "\(outcome)")
      return outcome.error.split(separator: "\n").filter { $0.contains("warning") }.map(String.init)
    }
    #expect(try sign(pfx, "--password-file", password) == [])
    try folder.setMode("key.p12", 0o644)
    try folder.setMode("password", 0o640)
    let warnings = [
      "keyroll: warning: \(password) holds the password, and the group of the file can read it: chmod go-r \(password)",
      "keyroll: warning: \(pfx) holds the key, and every user of this machine can read it: chmod go-r \(pfx)",
    ]
    #expect(try sign(pfx, "--password-file", password) == warnings)
    #expect(try Set(sign("pfx:\(pfx);password-file=\(password)")) == Set(warnings))
  }

  @Test("a reference may name the file of its password, but not together with an option")
  func passwordFile() throws {
    let pfx = Fixtures.path("pfx/openssl-default.p12")
    let password = try folder.write(Array("correct horse\r\n".utf8), to: "password")
    let wrong = try folder.write(Array("wrong\n".utf8), to: "wrong")
    func sign(_ key: String, _ options: String...) throws -> Outcome {
      try BuiltCommand.run(Self.proof + ["--key", key] + options)
    }
    #expect(try sign("pfx:\(pfx);password-file=\(password)").status == 0)
    #expect(try sign("pfx:\(pfx);password-file=\(wrong)").error.contains("[wrong-password]"))
    #expect(try sign("pfx:\(pfx);password-file=\(folder.path("absent"))").error.contains("[secret-unavailable]"))
    let both = try sign("pfx:\(pfx);password-file=\(password)", "--password-file", password)
    #expect(both.status == 64)
    #expect(
      both.error.hasPrefix("keyroll: error: only one of --password-… and ;password-file= in the key can be given"))
  }

  @Test("a given certificate chooses the key in a file with several")
  func certificateChoosesKey() throws {
    let pfx = Fixtures.path("pfx/keytool-two-keys.p12")
    let password = try folder.write(Array("correct horse\n".utf8), to: "password")
    let several = try BuiltCommand.run(Self.proof + ["--key", pfx, "--password-file", password])
    #expect(several.error.contains("[several-keys]"), "\(several)")
    let listing = try #require(several.error.split(separator: "\n").first)
    #expect(listing.contains("SHA-1 ") && listing.contains(", valid "), "\(several)")

    let certificates = try BuiltCommand.run("certificate", pfx, "--password-file", password, "--format", "json")
    let json = try JSONSerialization.jsonObject(with: Data(certificates.output.utf8)) as? [String: Any]
    let listed = try #require(json?["certificates"] as? [[String: Any]])
    #expect(listed.count == 2)
    for certificate in listed {
      let key = try #require(certificate["key"] as? String)
      let thumbprint = try #require(certificate["thumbprint"] as? String)
      let der = try #require(Data(base64Encoded: key))
      let path = try folder.write([UInt8](der), to: "given.cer")
      for reference in [pfx, "pfx:\(pfx);cert=\(path)"] {
        let options = reference == pfx ? ["--certificate", path] : []
        let outcome = try BuiltCommand.run(
          Self.proof + ["--key", reference, "--password-file", password] + options)
        let inspected = try BuiltCommand.run("inspect", "-", input: Array(outcome.output.utf8))
        #expect(inspected.output.contains(thumbprint), "\(outcome)")
      }
    }
    let other = try BuiltCommand.run(
      Self.proof + [
        "--key", pfx, "--password-file", password, "--certificate", Fixtures.path("certificates/rsa-4096.pem"),
      ])
    #expect(other.error.contains("[certificate-mismatch]"), "\(other)")
  }
}
