import Foundation
import Keyroll
import TestSupport
import Testing

@Suite struct ToolkitTests {
  /// The types of OpenSSL's room that a program would compose, as whole words.
  private static var names: Regex<(Substring, Substring)> {
    /\b(OpenSSL[A-Z]\w*|FileBackend|PEMBackend|PFXBackend|PFXFile|CertificateFile|PublicKeyFile|KeyFileLimits|RSASigner)\b/
  }

  /// The files of Sources, by their paths, with the lines that are neither comments nor imports.
  private static func code() throws -> [(path: String, lines: [Substring])] {
    let sources = checkout.appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var code: [(path: String, lines: [Substring])] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let path = String(file.path(percentEncoded: false).dropFirst(sources.path(percentEncoded: false).count + 1))
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      code.append((path, lines.filter { !$0.drop { $0 == " " }.hasPrefix("//") && !$0.contains("import ") }))
    }
    return code
  }

  @Test("only the toolkit and the OpenSSL room name types of OpenSSL")
  func compositionRoot() throws {
    let naming = try Self.code().filter { file in
      !file.path.hasPrefix("OpenSSLCrypto/") && file.lines.contains { $0.contains(Self.names) }
    }
    #expect(naming.map(\.path) == ["Keyroll/Toolkit.swift"])
  }

  @Test("the toolkit opens every scheme that its references can have")
  func schemes() { #expect(Toolkit.openSSL().keys.schemes == Toolkit.keySyntaxes.map(\.scheme)) }

  @Test("only the kernel's flag says that a system is in FIPS mode", arguments: ["0\n", "", "01\n", nil])
  func noFIPSMode(flag: String?) throws {
    let folder = try TemporaryFolder()
    if let flag { try folder.write(Array(flag.utf8), to: "fips_enabled") }
    #expect(Toolkit.fipsWarning(at: folder.path("fips_enabled")) == nil)
  }

  @Test("the warning about FIPS mode names the provider and its version, and makes no claim about it")
  func fipsMode() throws {
    let folder = try TemporaryFolder()
    let flag = try folder.write(Array("1\n".utf8), to: "fips_enabled")
    let provider = try #require(OpenSSLProcess.rsaProvider)
    #expect(provider.name == "default")
    #expect(try Shell.run("openssl list -providers").output.contains("version: \(provider.version)\n"))
    #expect(
      Toolkit.fipsWarning(at: flag)
        == """
        this system is in FIPS mode, and keyroll does not follow it: RSA operations outside a token run in the provider \
        default of OpenSSL, version \(provider.version), and whether that module is validated is for its maker to say
        """)
  }
}
